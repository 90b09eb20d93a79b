"""The server of a drill: prepared and started as `make run` does it, with a folder and a database of its own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg2

from benchmarks.processes import ROOT, Server, free_port

__all__ = ["ADMIN_PASSWORD", "Server", "running"]

ADMIN_PASSWORD = "drill-horse-battery-9"


@contextmanager
def running(**env: str) -> Iterator[Server]:
    """A server of two processes with the demo catalogue and the account admin."""
    with tempfile.TemporaryDirectory(prefix="marquee-drill-") as folder:
        settings = {
            "VAR_DIR": folder,
            "DATABASE_URL": new_database() or f"sqlite:///{folder}/marquee.sqlite3",
            "ADMIN_PASSWORD": ADMIN_PASSWORD,
            **env,
        }
        prepare(settings)
        command = [sys.executable, "-m", "gunicorn", "--config", "config/server/gunicorn.py", "config.wsgi"]
        server = Server("marquee", command, port=free_port(), log=Path(folder) / "server.log", root=ROOT, **settings)
        server.start()
        try:
            server.wait_until_up()
            yield server
        finally:
            server.stop()


def prepare(settings: dict[str, str]) -> None:
    """Raises SystemExit with what was said where it fails."""
    done = subprocess.run(
        [sys.executable, "manage.py", "prepare"],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
    )
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
