"""The server of a drill: prepared and started as `make run` does it, with a folder and a database of its own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg2

from benchmarks import processes
from benchmarks.processes import ROOT, free_port, is_running, stat

if TYPE_CHECKING:
    from drills.drill import Cut

__all__ = ["ADMIN_PASSWORD", "Server", "running", "wait_until"]

ADMIN_PASSWORD = "drill-horse-battery-9"
GIVE_UP_SECONDS = 60
SUPERVISED = [sys.executable, "-m", "config.server.supervisor"]
BARE = [sys.executable, "-m", "gunicorn", "--config", "config/server/gunicorn.py", "config.wsgi"]
# What a copy of the code does without.
NOT_COPIED = shutil.ignore_patterns(".git", ".venv*", ".bench", ".*_cache", "__pycache__", "var", "tests")


class Server(processes.Server):
    """A server with its folder. Its processes are known by VAR_DIR in their environment, whoever their parent is."""

    def __init__(self, command: list[str], folder: Path, root: Path, settings: dict[str, str]) -> None:
        super().__init__(
            "marquee", command, port=free_port(), log=folder / "server.log", root=root, VAR_DIR=str(folder), **settings
        )
        self.folder = folder
        self.is_sqlite = settings["DATABASE_URL"].startswith("sqlite")

    def pids(self, words: str = "") -> list[int]:
        """The running processes of this server whose command line has these words."""
        found = [int(name) for name in os.listdir("/proc") if name.isdecimal()]
        return sorted(pid for pid in found if self.owns(pid) and words in command_line(pid))

    def owns(self, pid: int) -> bool:
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except OSError:
            return False
        return f"VAR_DIR={self.folder}".encode() in environment and is_running(pid)

    @property
    def supervisor(self) -> int:
        return self.pids("config.server.supervisor")[0]

    @property
    def mail_worker(self) -> int:
        return self.pids("manage.py send_mail")[0]

    @property
    def arbiter(self) -> int:
        return next(pid for pid in self.gunicorns() if parent_of(pid) not in self.gunicorns())

    @property
    def workers(self) -> list[int]:
        arbiter = self.arbiter
        return [pid for pid in self.gunicorns() if parent_of(pid) == arbiter]

    def gunicorns(self) -> list[int]:
        return self.pids("config/server/gunicorn.py")

    def manage(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Runs a command of manage.py on this server's database and folder."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.root,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
        )

    def differences(self) -> str:
        """What `verify` says in its last line: "240 movies verified, 0 differences."."""
        done = self.manage("verify")
        if done.returncode not in (0, 1):
            raise SystemExit(f"verify failed:\n{done.stdout}{done.stderr}")
        return done.stdout.strip().splitlines()[-1]

    def rest(self) -> None:
        """Waits until its processes take less than a tenth of a processor for half a second."""

        def is_at_rest() -> bool:
            before = self.cpu_seconds()
            time.sleep(0.5)
            return self.cpu_seconds() - before < 0.05

        wait_until(is_at_rest, "the server is busy without a request")

    def stop(self) -> None:
        super().stop()
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def parent_of(pid: int) -> int:
    fields = stat(pid)
    return int(fields[1]) if fields else 0


def wait_until(condition: Callable[[], Any], about: str, seconds: float = GIVE_UP_SECONDS) -> float:
    """How many seconds it took until the condition held. Raises SystemExit where that takes too long."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > seconds:
            raise SystemExit(f"In vain for {seconds:g} s: {about}.")
        time.sleep(0.02)
    return time.monotonic() - begun


@contextmanager
def running(*, supervised: bool = False, cuts: "Sequence[Cut]" = (), **env: str) -> Iterator[Server]:
    """A server of two processes with the demo catalogue and the account admin; with `cuts` that of a changed copy."""
    with tempfile.TemporaryDirectory(prefix="marquee-drill-") as name:
        folder = Path(name)
        settings = {
            "DATABASE_URL": new_database() or f"sqlite:///{folder}/marquee.sqlite3",
            "ADMIN_PASSWORD": ADMIN_PASSWORD,
            **env,
        }
        root = changed_copy(folder / "code", cuts) if cuts else ROOT
        server = Server(SUPERVISED if supervised else BARE, folder, root, settings)
        prepare(server)
        try:
            server.start()
            server.wait_until_up()
            yield server
        finally:
            server.stop()


def changed_copy(folder: Path, cuts: "Sequence[Cut]") -> Path:
    """A copy of the code without the protections. Raises SystemExit where one of them is not where it is said to be."""
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    for cut in cuts:
        file = folder / cut.path
        code = file.read_text()
        if code.count(cut.old) != 1:
            raise SystemExit(f"{cut.path} has {code.count(cut.old)} times what the drill takes out:\n{cut.old}")
        file.write_text(code.replace(cut.old, cut.new))
    return folder


def prepare(server: Server) -> None:
    """Raises SystemExit with what was said where it fails."""
    done = server.manage("prepare")
    if done.returncode:
        raise SystemExit(f"manage.py prepare failed:\n{done.stdout}{done.stderr}")


def new_database() -> str:
    """An empty database beside the one in DATABASE_URL; nothing where that is not set. It goes with its cluster."""
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        return ""
    name = f"drill_{uuid4().hex}"
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {name}")
    return f"{url.rpartition('/')[0]}/{name}"
