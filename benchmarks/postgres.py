"""A PostgreSQL of the benchmark's own, kept between runs, so that the data sets need not be made again."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

import psycopg2

from benchmarks.processes import free_port, stat

# What anybody would set on such a machine. Compiling plans (jit) costs short queries more than it gains; waiting for
# the disk at each commit stays on, for it is what a write costs.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "512MB",
    "effective_cache_size": "2GB",
    "work_mem": "32MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_connections": "300",
    "client_connection_check_interval": "1s",
    "statement_timeout": "90s",
}


def binaries() -> Path:
    """Where initdb and pg_ctl are; `bin/postgres` installs them where it can."""
    found = shutil.which("initdb") or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)), None
    )
    if found is None:
        subprocess.run(["bin/postgres", "true"], check=True)
        return binaries()
    return Path(found).resolve().parent


class Cluster:
    def __init__(self, folder: Path) -> None:
        self.folder, self.data, self.log = folder, folder / "data", folder / "server.log"
        self.binaries, self.port = binaries(), free_port()

    def run(self, program: str, *arguments: str) -> None:
        """Runs a program of PostgreSQL's, which refuses to be run by root."""
        nobody = pwd.getpwnam("nobody")
        as_nobody = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
        command = [
            *(as_nobody if os.getuid() == 0 else []),
            str(self.binaries / program),
            "-D",
            str(self.data),
            *arguments,
        ]
        result = subprocess.run(command, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if result.returncode:
            log = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
            raise SystemExit(f"{program} failed (can the user nobody reach {self.folder}?)\n{result.stderr}\n{log}")

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.getuid() == 0:
            shutil.chown(self.folder, "nobody")
        if not (self.data / "PG_VERSION").exists():
            shutil.rmtree(self.data, ignore_errors=True)
            self.run("initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        if self.is_left_running():
            self.stop()
        options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
        # Without -s its messages would go to a pipe that the server inherits and that never ends.
        self.run("pg_ctl", "-s", "-w", "-l", str(self.log), "-o", f"-p {self.port} {options}", "start")

    def is_left_running(self) -> bool:
        """Whether an earlier run was killed before it could stop its server."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            return Path(f"/proc/{pid}/cwd").resolve() == self.data and stat(pid) is not None
        except OSError:
            return False

    def stop(self) -> None:
        self.run("pg_ctl", "-s", "-w", "-m", "fast", "stop")

    @property
    def pid(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def url(self, database: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def names(self) -> set[str]:
        return {name for (name,) in self.command("SELECT datname FROM pg_database")}

    def command(self, statement: str) -> list[tuple[str]]:
        connection = psycopg2.connect(self.url("postgres"))
        connection.autocommit = True  # databases are made and dropped outside of transactions
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()
