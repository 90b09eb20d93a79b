"""PostgreSQL is stopped, its link stalls, or all of its connections are taken: what clients are told, and how soon."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus

from drills.client import Answer, Client
from drills.cluster import Cluster
from drills.drill import Cut, Drill, Outcome
from drills.proxy import Link
from drills.server import Server, wait_until

MOVIE, LIST, LOGIN = "/api/v1/movies/1/", "/api/v1/movies/", "/api/v1/auth/login/"
CLIENTS = 40
OUTAGE_SECONDS = 10.0
SOON, STALLED_ANSWER, BACK = 3.0, 5.0, 2.0  # seconds: of an answer, of one while the link stalls, until all is well
# How much longer anything may take here: two cores do all of it, and 40 clients ask at once.
SLACK = 1.0
WITHOUT_REFUSALS = Cut("rest/database/outages.py", "return kind() if kind else None", "return None")


@dataclass
class Seen:
    """What was answered during an outage."""

    answers: list[Answer] = field(default_factory=list)
    alive: list[Answer] = field(default_factory=list)
    ready: list[Answer] = field(default_factory=list)

    def figure(self) -> str:
        told = Counter(answer.status or "no answer" for answer in self.answers)
        named = {answer.data.get("failed") for answer in self.ready if answer.body}
        statuses = ", ".join(f"{number} × {status}" for status, number in sorted(told.items(), key=str))
        return (
            f"{statuses}, the slowest after {self.slowest:.1f} s; "
            f"/livez {sorted({answer.status for answer in self.alive})} after "
            f"{max(answer.seconds for answer in self.alive):.1f} s at most; /readyz "
            f"{sorted({answer.status for answer in self.ready})} naming {sorted(map(str, named))}"
        )

    @property
    def slowest(self) -> float:
        return max(answer.seconds for answer in self.answers)

    def holds(self, seconds: float) -> bool:
        return (
            all(is_told_to_come_again(answer) for answer in self.answers)
            and self.slowest <= seconds + SLACK
            and all(answer.status == HTTPStatus.OK and answer.seconds <= SLACK for answer in self.alive)
            and all(answer.status == HTTPStatus.SERVICE_UNAVAILABLE for answer in self.ready)
        )


def is_told_to_come_again(answer: Answer) -> bool:
    is_served = answer.status < 500 and answer.status != 0
    return is_served or (answer.status == HTTPStatus.SERVICE_UNAVAILABLE and "Retry-After" in answer.headers)


def ask_during_outage(server: Server, seconds: float = OUTAGE_SECONDS) -> Seen:
    """CLIENTS read and log in for so long, while the server is asked whether it lives and is ready."""
    seen, end = Seen(), time.monotonic() + seconds

    def read(number: int) -> None:
        client = Client(server, timeout=60)
        while time.monotonic() < end:
            wrong = {"username": f"nobody{number}", "password": "wrong"}
            seen.answers.append(
                client.post(LOGIN, **wrong) if number % 4 == 0 else client.get((MOVIE, LIST)[number % 2])
            )
            time.sleep(0.2)

    def look(kept: list[Answer], path: str) -> None:
        client = Client(server, timeout=60)
        while time.monotonic() < end:
            kept.append(client.get(path))
            time.sleep(0.3)

    with ThreadPoolExecutor(CLIENTS + 2) as pool:
        for number in range(CLIENTS):
            pool.submit(read, number)
        pool.submit(look, seen.alive, "/livez")
        pool.submit(look, seen.ready, "/readyz")
    return seen


def is_well(server: Server) -> bool:
    client = Client(server, timeout=30)
    return all(client.get(path).status == HTTPStatus.OK for path in (MOVIE, "/readyz"))


def warm(server: Server) -> None:
    """Each thread of the server has its connection."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda number: Client(server).get(MOVIE), range(4 * CLIENTS)))


def judged(server: Server, seen: Seen, *, seconds: float) -> Outcome:
    began = time.monotonic()
    wait_until(lambda: is_well(server), "the server is well again", seconds=120)
    back = time.monotonic() - began
    return Outcome(f"{seen.figure()}; well again after {back:.1f} s", seen.holds(seconds) and back <= BACK + SLACK)


def stopped(server: Server) -> Outcome:
    cluster = Cluster(server.environment["DATABASE_URL"])
    warm(server)
    cluster.stop()
    try:
        seen = ask_during_outage(server)
    finally:
        cluster.start()
    return judged(server, seen, seconds=SOON)


def stalled(server: Server) -> Outcome:
    link = Link(server.environment["DATABASE_URL"])
    server.environment["DATABASE_URL"] = link.url
    server.restart()
    try:
        warm(server)
        link.stall()
        seen = ask_during_outage(server)
        link.resume()
        return judged(server, seen, seconds=STALLED_ANSWER)
    finally:
        link.close()
        server.stop()


def crowded(server: Server) -> Outcome:
    """The server has no connection yet when all are taken."""
    server.restart()
    with Cluster(server.environment["DATABASE_URL"]).full() as taken:
        seen = ask_during_outage(server, seconds=5)
    outcome = judged(server, seen, seconds=SOON)
    return Outcome(f"{taken} connections taken: {outcome.figure}", outcome.holds)


DRILLS = [
    Drill(
        "database.stopped",
        f"While PostgreSQL is stopped, everybody is told within {SOON:g} s to come again, and all is well {BACK:g} s "
        "after it has started.",
        stopped,
        without=(WITHOUT_REFUSALS,),
        databases=("postgresql",),
    ),
    Drill(
        "database.stalled",
        f"While the link to PostgreSQL stalls, everybody has an answer within {STALLED_ANSWER:g} s, /livez at once.",
        stalled,
        without={"DATABASE_SECONDS": "600"},
        databases=("postgresql",),
    ),
    Drill(
        "database.crowded",
        "While all of PostgreSQL's connections are taken, everybody is told to come again.",
        crowded,
        without=(WITHOUT_REFUSALS,),
        databases=("postgresql",),
    ),
]
