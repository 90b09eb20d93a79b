"""SIGTERM and Ctrl-C while clients ask without a pause: whoever has asked is answered."""

import os
import signal
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from uuid import uuid4

from drills.client import Client
from drills.drill import Cut, Drill, Outcome
from drills.server import Server
from drills.writers import MOVIES, UNLIMITED

CLIENTS = 16
ENDED_SECONDS = 20.0  # in which a server has ended, on a machine that has other things to do


class Regular(threading.Thread):
    """A client that adds movies on one connection, until the server closes it after an answer."""

    def __init__(self, server: Server, headers: dict[str, str]) -> None:
        super().__init__(daemon=True)
        self.connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
        self.headers = {**headers, "Content-Type": "application/json"}
        self.asked, self.answered, self.is_cut = 0, 0, False

    def run(self) -> None:
        try:
            self.connection.connect()
            while self.connection.sock is not None:
                self.asked += 1
                self.connection.request("POST", MOVIES, f'{{"title": "{uuid4()}"}}', self.headers)
                self.connection.getresponse().read()
                self.answered += 1
        except (OSError, HTTPException):
            self.is_cut = True


def movies(server: Server) -> int:
    number: int = Client(server).get(f"{MOVIES}?page_size=1").data["count"]
    return number


def stopped_by(end: Callable[[Server], None]) -> Callable[[Server], Outcome]:
    def stop(server: Server) -> Outcome:
        writer, before = Client(server).register(), movies(server)
        clients = [Regular(server, writer.headers) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        time.sleep(3)
        pids, begun = server.pids(), time.monotonic()
        end(server)
        for client in clients:
            client.join(60)
        while server.pids() and time.monotonic() < begun + 3 * ENDED_SECONDS:
            time.sleep(0.05)
        seconds = time.monotonic() - begun
        server.stop()
        server.restart()
        cut = sum(client.is_cut for client in clients)
        answered = sum(client.answered for client in clients)
        there = movies(server) - before
        figure = (
            f"{cut} of {CLIENTS} clients cut; {there - answered} of {there} writes done and not answered; "
            f"all {len(pids)} processes had ended after {seconds:.1f} s"
        )
        return Outcome(figure, not cut and there == answered and seconds <= ENDED_SECONDS)

    return stop


def stop_drill(name: str, how: str, end: Callable[[Server], None]) -> Drill:
    return Drill(
        f"stop.{name}",
        f"On {how} every request that has begun is answered, and all processes end.",
        stopped_by(end),
        env=UNLIMITED,
        supervised=True,
        without=(Cut("config/server/worker.py", "Connection.is_ending = True", "Connection.is_ending = False"),),
    )


DRILLS = [
    stop_drill("term", "SIGTERM", lambda server: os.kill(server.supervisor, signal.SIGTERM)),
    stop_drill("ctrl-c", "Ctrl-C", lambda server: os.killpg(os.getpgid(server.supervisor), signal.SIGINT)),
]
