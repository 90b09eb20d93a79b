"""Putting a contestant under load: wrk for what is quick, two callers for what takes long."""

import gzip
import http.client
import os
import re
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from benchmarks.processes import Server

CONNECTIONS, THREADS = 16, 2
LONGEST = 60  # seconds that an answer may take
MAX_SHARE_OF_LOST = 0.001  # of requests, by broken connections
SCRIPT = Path(__file__).with_name("wrk.lua")


# What most clients of such an API send: axios, under Node. Browsers and requests differ in the names only.
CLIENT = {
    "Accept": "application/json, text/plain, */*",
    "User-Agent": "axios/1.7.2",
    "Accept-Encoding": "gzip, compress, deflate, br",
    "Connection": "keep-alive",
}
CURL = {"User-Agent": "curl/8.5.0", "Accept": "*/*", "Accept-Encoding": ""}  # nothing is compressed for it


@dataclass(frozen=True)
class Request:
    """A request as a client sends it: `headers` are added to, or replace, those of `CLIENT`; an empty one is not sent."""

    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""

    @property
    def all_headers(self) -> dict[str, str]:
        return {name: value for name, value in {**CLIENT, **self.headers}.items() if value}

    def line(self, server: Server) -> str:
        headers = "\1".join(f"{name}: {value}" for name, value in self.all_headers.items())
        return f"{self.method}\t{server.own_path(self.path)}\t{headers}\t{self.body}\n"


@dataclass(frozen=True)
class Measurement:
    rate: float  # answers a second
    p50: float  # milliseconds
    p99: float
    cpu: float  # milliseconds of CPU an answer, server and database
    size: float  # bytes of an answer, headers included; 0 where they were not counted


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    seconds: float


class TooSlow(Exception):
    """No answer in `LONGEST` seconds."""


class Void(Exception):
    """An error among the answers: a rate of errors says nothing."""


def ask(server: Server, request: Request) -> Reply:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=LONGEST)
    began = time.monotonic()
    try:
        connection.request(request.method, server.own_path(request.path), request.body or None, request.all_headers)
        reply = connection.getresponse()
        body = reply.read()
        if reply.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
    except TimeoutError as error:
        raise TooSlow from error
    finally:
        connection.close()
    return Reply(reply.status, reply.headers, body, time.monotonic() - began)


def require_wrk() -> None:
    if shutil.which("wrk") is None and os.getuid() == 0 and shutil.which("apt-get"):
        print("Installing wrk with apt …")
        subprocess.run("apt-get update -qq && apt-get install -y -qq wrk", shell=True, check=True, stdout=2)
    if shutil.which("wrk") is None:
        raise SystemExit("wrk, which makes the load, is missing: install it (Debian: apt-get install wrk).")


def measure(
    server: Server,
    requests: list[Request],
    seconds: float,
    *,
    folder: Path,
    quick: bool,
    cpu: Callable[[], float],
    connections: int = CONNECTIONS,
) -> Measurement:
    """`cpu` tells the CPU seconds of everything that serves, from then to now. Raises Void for answers with errors."""
    before = cpu()
    if quick:
        rate, p50, p99, answers, size = with_wrk(server, requests, seconds, folder, connections)
    else:
        rate, p50, p99, answers, size = by_two_callers(server, requests, seconds)
    return Measurement(rate, p50, p99, 1000 * (cpu() - before) / answers, size)


Counted = tuple[float, float, float, int, float]  # answers a second, p50 and p99 in ms, answers, bytes of an answer


def with_wrk(server: Server, requests: list[Request], seconds: float, folder: Path, connections: int) -> Counted:
    script = folder / "requests.txt"
    script.write_text("".join(request.line(server) for request in requests))
    threads = min(THREADS, connections)
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds:g}s", f"--timeout={LONGEST}s", "-s", str(SCRIPT)]
    environment = {**os.environ, "REQUESTS": str(script), "THREADS": str(threads)}
    result = subprocess.run([*command, server.address], env=environment, capture_output=True, text=True)
    found = re.search(r"^RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)$", result.stdout, re.MULTILINE)
    if not found:
        raise SystemExit(f"wrk failed against {server.name}:\n{result.stdout}{result.stderr}")
    answers, micros, p50, p99, refused, lost, received = map(int, found.groups())
    if refused or lost > MAX_SHARE_OF_LOST * answers or not answers:
        raise Void(
            f"{server.name} answered {answers} times {requests[0].path}, {refused} of them with an error, and {lost} "
            f"connections broke. Such a rate says nothing.\n{server.last_of_log()}"
        )
    return answers / micros * 1e6, p50 / 1000, p99 / 1000, answers, received / answers


def by_two_callers(server: Server, requests: list[Request], seconds: float) -> Counted:
    """As many callers as the server has processes: sixteen would only wait for each other."""
    began, places = time.monotonic(), count()
    times: list[float] = []

    def call() -> None:
        while not times or time.monotonic() - began < seconds:
            reply = ask(server, requests[next(places) % len(requests)])
            if reply.status >= 400:
                raise Void(f"{server.name} answers {reply.status}: {reply.body[:300]!r}")
            times.append(reply.seconds)

    with ThreadPoolExecutor(2) as pool:
        for caller in [pool.submit(call) for _ in range(2)]:
            caller.result()
    lasted = time.monotonic() - began
    return len(times) / lasted, 1000 * statistics.median(times), 1000 * max(times), len(times), 0
