"""The clock of the host is set back by an hour, while the server runs."""

import socket
import time
from contextlib import closing
from http import HTTPStatus
from pathlib import Path

from drills.client import PASSWORD, Answer, Client
from drills.drill import Cut, Drill, Outcome
from drills.faults_kill import counted
from drills.server import Server, wait_until
from drills.writers import UNLIMITED, lost, writing

HOUR = 3600
MOVIES, ME, REFRESH = "/api/v1/movies/", "/api/v1/users/me/", "/api/v1/auth/refresh/"
IDLE_SECONDS = 3  # after which a connection is dropped


class Clock:
    """What the server's processes take for the time, by how many seconds it differs from what it is."""

    def __init__(self, server: Server) -> None:
        self.file = server.folder / "clock"
        self.set(0)
        server.environment |= {"PYTHONPATH": str(Path(__file__).parent / "clock"), "DRILL_CLOCK": str(self.file)}

    def set(self, seconds: int) -> None:
        draft = self.file.with_suffix(".new")
        draft.write_text(str(seconds))
        draft.replace(self.file)


def date_of(answer: Answer) -> str:
    return answer.headers.get("Date", "")


def set_back(server: Server) -> Outcome:
    clock = Clock(server)
    server.restart()
    client = Client(server).register()
    login = {"username": client.username, "password": PASSWORD}
    tokens = Client(server).post("/api/v1/auth/login/", **login).data
    with writing(server, writers=4) as before:
        time.sleep(3)
    requests, date = counted(server), date_of(client.get(MOVIES))
    clock.set(-HOUR)
    wait_until(lambda: date_of(client.get(MOVIES)) < date, "the server's clock is set back")
    by_access = Client(server)
    by_access.headers = {"Authorization": f"Bearer {tokens['access']}"}
    tried = {
        "Token": client.get(ME),
        "Bearer": by_access.get(ME),
        "refresh": Client(server).post(REFRESH, refresh=tokens["refresh"]),
        "login": Client(server).post("/api/v1/auth/login/", **login),
        "tag": client.get(MOVIES),
        "readyz": Client(server).get("/readyz"),
    }
    with writing(server, writers=4) as after:
        time.sleep(3)
    is_dropped = drops_idle(server)
    gone = [name for name, answer in tried.items() if answer.status != HTTPStatus.OK]
    missing, verified = lost(server, before) + lost(server, after), server.differences()
    uncounted = max(0, requests - counted(server))
    failures = sum(
        number for status, number in (before.statuses + after.statuses).items() if status >= 500 or not status
    )
    figure = (
        f"refused afterwards: {', '.join(f'{name} ({tried[name].status})' for name in gone) or 'nothing'}; "
        f"{before.acknowledged} writes acknowledged before and {after.acknowledged} after, {len(missing)} lost, "
        f"{failures} failed; the count of requests fell by {uncounted}; idle connections dropped: {is_dropped}; "
        f"{verified}"
    )
    holds = not (gone or missing or uncounted or failures) and is_dropped and " 0 differences" in verified
    return Outcome(figure, holds and after.acknowledged > 0)


def drops_idle(server: Server) -> bool:
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=10 * IDLE_SECONDS)) as client:
        try:
            return client.recv(1) == b""
        except TimeoutError:
            return False


DRILLS = [
    Drill(
        "clock",
        "When the clock is set back by an hour, logins go on, writes are taken, and idle connections are dropped.",
        set_back,
        env={**UNLIMITED, "CLIENT_SECONDS": str(IDLE_SECONDS)},
        without=(
            Cut(
                "config/server/connection.py",
                "import time\n",
                "import types\nfrom time import time as now\n\ntime = types.SimpleNamespace(monotonic=now)\n",
            ),
        ),
    )
]
