"""What wrong passwords must not do: hold up everybody else, or become the right one."""

import json
import multiprocessing
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import count
from typing import Any
from urllib.parse import urlencode

from drills.drill import Drill, Outcome
from drills.server import ADMIN_PASSWORD, Server

LOGIN, ADMIN = "/api/v1/auth/login/", "/admin/login/"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
BEHIND_A_PROXY = {"TRUSTED_PROXIES": "1"}  # so that a drill can come from as many addresses as it likes


class Visitor:
    """A client on one connection, which comes from `address`, and waits so many seconds for an answer."""

    def __init__(self, server: Server, address: str, timeout: float = 120.0) -> None:
        self.connection = HTTPConnection("127.0.0.1", server.port, timeout=timeout)
        self.address = address

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, str, dict[str, str]]:
        """Status, body and headers."""
        self.connection.request(method, path, body, {"X-Forwarded-For": self.address, **headers})
        reply = self.connection.getresponse()
        return reply.status, reply.read().decode(), dict(reply.headers)

    def log_in(self, username: str, password: str) -> int:
        body = json.dumps({"username": username, "password": password})
        return self.ask("POST", LOGIN, body, **{"Content-Type": JSON})[0]

    def open_admin(self) -> dict[str, str]:
        """What the admin's login page gives to whoever sends its form."""
        _, page, headers = self.ask("GET", ADMIN)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        if token is None:
            raise SystemExit(f"The admin's login page has no token: {page[:500]}")
        return {"Cookie": headers["Set-Cookie"].partition(";")[0], "csrfmiddlewaretoken": token[1]}

    def log_in_to_admin(self, page: dict[str, str], username: str, password: str) -> int:
        """200 is the form once more, 302 success."""
        body = urlencode(
            {"username": username, "password": password, "csrfmiddlewaretoken": page["csrfmiddlewaretoken"]}
        )
        return self.ask("POST", ADMIN, body, **{"Content-Type": FORM, "Cookie": page["Cookie"]})[0]


# --- A flood --------------------------------------------------------------------------------------------------------

AT_ONCE, READERS = 32, 8
TRIES_PER_SECOND = 4  # of each: who is refused at once comes back at once, and not faster than that
ROUNDS, SECONDS = 3, 4.0  # of each the median counts, since the machine may have something else to do
READ_TIMEOUT = 15.0  # seconds
READS = ["/api/v1/movies/", "/api/v1/movies/1/", "/movies/?page=2", "/api/v1/movies/2/"]
MOST = 3.0  # times the p99 without a flood


def flood(server: Server) -> Outcome:
    """Each wrong password comes from a new address, so that no limit of an address stands before the gate."""
    reads_of_seconds(server, 1.0)  # warms up
    before, during, statuses = list[float](), list[float](), Counter[int]()
    for _ in range(ROUNDS):
        before.append(p99(reads_of_seconds(server, SECONDS)))
        with attackers(server) as got:
            time.sleep(1.0)
            during.append(p99(reads_of_seconds(server, SECONDS)))
        statuses += got
    quiet, flooded = statistics.median(before), statistics.median(during)
    told = ", ".join(f"{number} × {status}" for status, number in sorted(statuses.items()))
    return Outcome(
        f"p99 of reads {flooded * 1000:.1f} ms under {AT_ONCE} wrong passwords at once ({told}), "
        f"{quiet * 1000:.1f} ms without: {flooded / quiet:.1f} times",
        flooded <= MOST * quiet,
    )


def p99(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100)[98]


def reads_of_seconds(server: Server, seconds: float) -> list[float]:
    """How long each read took of those that READERS did one after the other in that time.

    Whoever has waited for READ_TIMEOUT asks no more, and that wait counts.
    """
    end = time.monotonic() + seconds

    def read(reader: int) -> list[float]:
        visitor, taken = Visitor(server, f"192.0.2.{reader}", READ_TIMEOUT), list[float]()
        for number in count():
            begun = time.monotonic()
            if begun > end:
                break
            try:
                status, *_ = visitor.ask("GET", READS[number % len(READS)])
            except TimeoutError:
                taken.append(READ_TIMEOUT)
                break
            if status != HTTPStatus.OK:
                raise SystemExit(f"A read was answered {status}:\n{server.last_of_log()}")
            taken.append(time.monotonic() - begun)
        return taken

    with ThreadPoolExecutor(READERS) as pool:
        return [one for taken in pool.map(read, range(READERS)) for one in taken]


@contextmanager
def attackers(server: Server) -> Iterator[Counter[int]]:
    """AT_ONCE clients that go on sending wrong passwords, half of them to the admin; in the end what they got.

    They are a process of their own, so that they do not keep the readers waiting.
    """
    context = multiprocessing.get_context("fork")
    over, results, statuses = context.Event(), context.SimpleQueue(), Counter[int]()
    process = context.Process(target=attack, args=(server, over, results))
    process.start()
    try:
        yield statuses
    finally:
        over.set()
        statuses.update(results.get())
        process.join()


def attack(server: Server, over: Any, results: Any) -> None:
    page = Visitor(server, "192.0.2.1").open_admin()

    def go_on(number: int) -> Counter[int]:
        visitor, statuses = Visitor(server, "192.0.2.1"), Counter[int]()
        while not over.is_set():
            next_at = time.monotonic() + 1 / TRIES_PER_SECOND
            visitor.address = ".".join(map(str, (10, *random.randbytes(3))))
            if number % 2:
                statuses[visitor.log_in_to_admin(page, "admin", "wrong")] += 1
            else:
                statuses[visitor.log_in("admin", "wrong")] += 1
            over.wait(max(0.0, next_at - time.monotonic()))
        return statuses

    with ThreadPoolExecutor(AT_ONCE) as pool:
        results.put(sum(pool.map(go_on, range(AT_ONCE)), Counter[int]()))


# --- Guessing -------------------------------------------------------------------------------------------------------

GUESSING_SECONDS = 30.0
MOST_GUESSES = 12  # five at once, and one after a pause of 1, 2, 4 and 8 seconds each
GUESSERS = 4


def guessing(server: Server) -> Outcome:
    """The owner comes in the middle of it, from another address."""
    with ThreadPoolExecutor(GUESSERS + 1) as pool:
        guessed = [pool.submit(guess, server, number) for number in range(GUESSERS)]
        time.sleep(GUESSING_SECONDS / 2)
        owner = Visitor(server, "192.0.2.1").log_in("admin", ADMIN_PASSWORD)
        tried = sum(one.result() for one in guessed)
    figure = f"{tried} passwords were tried from one address in {GUESSING_SECONDS:.0f} s; the owner got {owner} at once"
    return Outcome(figure, tried <= MOST_GUESSES and owner == 200)


def guess(server: Server, number: int) -> int:
    """How many passwords were looked at: of those sent to the API, and by every other guesser to the admin."""
    visitor, tried, end = Visitor(server, "10.0.0.1"), 0, time.monotonic() + GUESSING_SECONDS
    page = visitor.open_admin()
    while time.monotonic() < end:
        if number % 2:
            tried += visitor.log_in_to_admin(page, "Admin", "wrong") == 200
        else:
            tried += visitor.log_in("admin", "wrong") == 401
        time.sleep(0.05)
    return tried


DRILLS = [
    Drill(
        "logins.flood",
        f"Wrong passwords from anywhere make the p99 of reads no longer than {MOST:.0f} times what it is without.",
        flood,
        env=BEHIND_A_PROXY,
        without={"PASSWORD_HASHING_PLACES": "0"},
    ),
    Drill(
        "logins.guessing",
        f"From one address at most {MOST_GUESSES} passwords of an account are tried in {GUESSING_SECONDS:.0f} s, at "
        "whichever doors, and its owner gets in from another one meanwhile.",
        guessing,
        env=BEHIND_A_PROXY,
        without={"THROTTLING": "off"},
    ),
]
