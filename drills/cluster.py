"""The PostgreSQL that a drill runs on: stopped and started for real, and filled with connections."""

import os
import shlex
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg2

from benchmarks.processes import is_running
from drills.server import wait_until

OF_OTHERS = "FROM pg_stat_activity WHERE backend_type = 'client backend' AND NOT pid = ANY(%s)"


class Cluster:
    """The one that `url` leads to. Raises SystemExit where it is not a cluster of this machine made for tests."""

    def __init__(self, url: str) -> None:
        self.url = url
        with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
            cursor.execute("SHOW data_directory")
            self.folder = Path(cursor.fetchone()[0])  # type: ignore[index]
        if "marquee-postgres-" not in str(self.folder):
            raise SystemExit("This drill stops PostgreSQL. It does so only with the one that bin/postgres makes.")

    def stop(self) -> None:
        """As its owner stops it: every connection is ended."""
        pid = int((self.folder / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGINT)
        wait_until(lambda: not is_running(pid), "PostgreSQL stops")

    def start(self) -> None:
        command = shlex.split((self.folder / "postmaster.opts").read_text())
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid=nobody", f"--regid={self.folder.stat().st_gid}", "--clear-groups", *command]
        with (self.folder / "drill.log").open("ab") as log:
            subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, start_new_session=True)
        wait_until(self.answers, "PostgreSQL starts")

    def answers(self) -> bool:
        try:
            psycopg2.connect(self.url, connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    @contextmanager
    def full(self) -> Iterator[int]:
        """All connections are taken, for the block, those of others too; how many it took."""
        taken: list[psycopg2.extensions.connection] = []
        try:
            self.take_into(taken)
            if not taken:
                raise SystemExit("PostgreSQL has no connection left for the drill itself.")
            self.end_others(taken)
            self.take_into(taken)
            yield len(taken)
        finally:
            for connection in taken:
                connection.close()

    def end_others(self, taken: list[psycopg2.extensions.connection]) -> None:
        """Ends the connections that are not ours, and waits until they have ended."""
        ours = [connection.info.backend_pid for connection in taken]

        def are_gone() -> bool:
            with taken[0], taken[0].cursor() as cursor:
                cursor.execute(f"SELECT pg_terminate_backend(pid) {OF_OTHERS}", [ours])
                return not cursor.rowcount

        wait_until(are_gone, "PostgreSQL ends the connections of others")

    def take_into(self, taken: list[psycopg2.extensions.connection]) -> None:
        with suppress(psycopg2.OperationalError):
            while True:
                taken.append(psycopg2.connect(self.url))
