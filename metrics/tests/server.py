"""A real server for tests: gunicorn's master and its worker processes, on a port and a folder of its own.

    with Server(database_url(tmp_path), tmp_path) as server:
        status, body = server.get("/request-count/")
        os.kill(server.worker_pids()[0], signal.SIGKILL)

Needs committed data (`transactional_db`), because other processes read it.
"""

import http.client
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection

GIVE_UP_SECONDS = 60
# What config.test_settings puts into the environment is not meant for a real server.
NOT_INHERITED = {"VAR_DIR", "COUNTER_DIR", "COUNTER_WRITE_SECONDS", "DATABASE_URL", "TRUSTED_PROXIES"}


def database_url(folder: Path) -> str:
    """A database for a real server: on PostgreSQL the test database itself, on SQLite a file that is a copy of it."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{copy_of_test_database(folder / 'database.sqlite3')}"
    database = connection.settings_dict
    user, password = quote(database["USER"], safe=""), quote(database["PASSWORD"], safe="")
    host = quote(database["HOST"] or "localhost", safe="")
    return f"postgres://{user}:{password}@{host}:{database['PORT'] or 5432}/{database['NAME']}"


def copy_of_test_database(path: Path) -> Path:
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as copy:
        connection.connection.backup(copy)
    return path


class Server:
    def __init__(
        self,
        database_url: str,
        folder: Path,
        *,
        workers: int = 2,
        threads: int = 4,
        application: str = "config.wsgi",
        env: dict[str, str] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.log = folder, folder / "server.log"
        self.command = [sys.executable, "-m", "gunicorn", "--config", "config/server/gunicorn.py", application]
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        self.env = {
            **inherited,
            "BIND": "127.0.0.1:0",
            "WORKERS": str(workers),
            "THREADS": str(threads),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": database_url,
            "VAR_DIR": str(folder),
            "THROTTLING": "off",
            **(env or {}),
        }
        self.workers = workers
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def start(self) -> None:
        """Returns once the port is open and every worker was started."""
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command, cwd=settings.BASE_DIR, env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        wait_until(self.is_up, self.describe)

    def is_up(self) -> bool:
        if self.process is None or self.process.poll() is not None:
            raise RuntimeError(f"the server did not start: {self.describe()}")
        return self.port is not None and len(self.worker_pids()) == self.workers

    def stop(self, how: int = signal.SIGTERM) -> None:
        """Stops the master and all workers: gracefully, or by SIGKILL in the middle of whatever they do."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, how)
            self.process.wait(GIVE_UP_SECONDS)
        self.process = None

    def restart(self, how: int = signal.SIGTERM) -> None:
        self.stop(how)
        self.start()

    def describe(self) -> str:
        return self.log.read_text()

    @property
    def port(self) -> int | None:
        match = re.search(r"Listening at: http://127\.0\.0\.1:(\d+)", self.log.read_text())
        return int(match[1]) if match else None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def worker_pids(self) -> list[int]:
        started = re.findall(r"Booting worker with pid: (\d+)", self.log.read_text())
        return [int(pid) for pid in started if is_running(int(pid))]

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and body (decoded if it is JSON, None if there is none) of one request on a connection of its own."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=GIVE_UP_SECONDS)) as client:
            content = None if body is None else json.dumps(body)
            client.request(method, path, content, {"Content-Type": "application/json", **headers})
            response = client.getresponse()
            text = response.read().decode()
        is_json = "json" in response.headers.get("Content-Type", "")
        return response.status, json.loads(text) if is_json and text else text or None

    def get(self, path: str, **headers: str) -> tuple[int, Any]:
        return self.request("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        return self.request("POST", path, body, **headers)

    def burst(
        self,
        times: int,
        path: str = "/livez",
        *,
        method: str = "GET",
        at_once: int = 8,
        before: Callable[[int], None] = lambda number: None,
    ) -> list[int | None]:
        """The statuses of `times` requests, `at_once` of them at a time; None for each that got no answer.

        `before(number)` is called before each, in the thread that is about to send it.
        """

        def status(number: int) -> int | None:
            before(number)
            try:
                return self.request(method, path)[0]
            except (OSError, http.client.HTTPException):
                return None

        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(status, range(times)))


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_until(condition: Callable[[], Any], describe: Callable[[], str] = lambda: "") -> None:
    """Returns when `condition()` holds. It gives up in the end, but no test depends on how long it took."""
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited in vain for {condition}: {describe()}")
        time.sleep(0.05)
