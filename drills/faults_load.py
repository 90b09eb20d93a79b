"""Much at once: an import beside writers, clients that stall, more connections than there is room for."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http import HTTPStatus
from pathlib import Path
from statistics import median

from drills.client import Client
from drills.doors_logins import p99, reads_of_seconds
from drills.drill import Cut, Drill, Outcome
from drills.server import Server
from drills.writers import UNLIMITED, lost, writing

# --- An import ------------------------------------------------------------------------------------------------------

ROWS = 100_000
WRITERS = 16
# Seconds. SQLite gives up after 20; who waits for long looks every 0.1 s, and whoever has just come looks more often.
LONGEST_WRITE = 15.0


def file_of_rows(path: Path) -> Path:
    with path.open("w") as file:
        for number in range(ROWS):
            about = {
                "title": f"Import {number}",
                "director": f"Director {number % 5000}",
                "genre": f"Genre {number % 20}",
            }
            file.write(json.dumps({**about, "year": 1950 + number % 70, "description": f"Row {number}."}) + "\n")
    return path


def import_beside(server: Server) -> Outcome:
    """The writers' requests are spread over four processes; the import is a fifth."""
    rows = file_of_rows(server.folder / "rows.ndjson")
    command = [sys.executable, "manage.py", "import_movies", str(rows)]
    with writing(server, writers=WRITERS) as ledger:
        begun = time.monotonic()
        done = subprocess.run(command, cwd=server.root, env=server.environment, capture_output=True, text=True)
        seconds = time.monotonic() - begun
    if done.returncode:
        raise SystemExit(f"The import failed:\n{done.stdout}{done.stderr}")
    missing, verified = lost(server, ledger), server.differences()
    figure = (
        f"{ROWS:,} rows imported in {seconds:.0f} s; beside it {ledger.acknowledged} writes acknowledged "
        f"({ledger.told()}), the longest after {ledger.longest:.1f} s, {len(missing)} lost; {verified}"
    )
    refused = sum(number for status, number in ledger.statuses.items() if status >= 500 or not status)
    holds = not refused and not missing and ledger.longest <= LONGEST_WRITE and " 0 differences" in verified
    return Outcome(figure, holds)


# --- Clients that stall ---------------------------------------------------------------------------------------------

STALLED = 100  # of each kind
MOST = 2.0  # times the p99 without them
ROUNDS, SECONDS = 3, 4.0
HEADERS = b"GET /api/v1/movies/ HTTP/1.1\r\nHost: localhost\r\nX-Unfinished: "
BODY = (
    b"POST /api/v1/auth/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b'Content-Length: 1000\r\n\r\n{"username": "al'
)
UNREAD = b"GET /api/v1/movies/?page_size=100 HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20


@contextmanager
def stalled(server: Server) -> Iterator[None]:
    """STALLED clients stop in their headers, as many in their body, and as many take no answer."""
    with ExitStack() as stack:
        for begin in (HEADERS, BODY, UNREAD):
            for _ in range(STALLED):
                client = stack.enter_context(closing(socket.socket()))
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
                client.connect(("127.0.0.1", server.port))
                client.sendall(begin)
        yield


def stalled_clients(server: Server) -> Outcome:
    reads_of_seconds(server, 1.0)  # warms up
    without, beside = list[float](), list[float]()
    for _ in range(ROUNDS):
        without.append(p99(reads_of_seconds(server, SECONDS)))
        with stalled(server):
            server.rest()  # each of those who take no answer has asked for twenty lists
            beside.append(p99(reads_of_seconds(server, SECONDS)))
    quiet, busy = median(without), median(beside)
    figure = (
        f"p99 of reads {busy * 1000:.1f} ms beside {3 * STALLED} stalled clients, {quiet * 1000:.1f} ms without: "
        f"{busy / quiet:.1f} times"
    )
    return Outcome(figure, busy <= MOST * quiet)


# --- More connections than there is room for --------------------------------------------------------------------------

CROWD = 1000
NEWCOMERS = 50
SOON = 1.0  # seconds


def crowd(server: Server) -> Outcome:
    with ExitStack() as stack:
        for _ in range(CROWD):
            client = stack.enter_context(closing(socket.socket()))
            client.settimeout(10)
            client.connect(("127.0.0.1", server.port))
        time.sleep(1)
        asked = [Client(server, timeout=60).get(("/livez", "/api/v1/movies/1/")[n % 2]) for n in range(NEWCOMERS)]
    slowest = max(answer.seconds for answer in asked)
    served = sum(answer.status == HTTPStatus.OK for answer in asked)
    figure = (
        f"{CROWD} connections held open; {served} of {NEWCOMERS} newcomers served, the slowest after {slowest:.1f} s"
    )
    return Outcome(figure, served == NEWCOMERS and slowest <= SOON)


DRILLS = [
    Drill(
        "load.import",
        f"Beside an import nobody who writes is refused, or waits for longer than {LONGEST_WRITE:g} s.",
        import_beside,
        env={**UNLIMITED, "WORKERS": "4"},
        without=(
            Cut("rest/database/locks.py", "connection.connection.turns.let_others(OTHERS_SECONDS)", "pass"),
            Cut("movies/importing/batches.py", "BATCH = 5000", f"BATCH = {ROWS}"),
            Cut("movies/importing/batches.py", "BATCH_BYTES = 4 * MAX_LINE", f"BATCH_BYTES = {ROWS} * MAX_LINE"),
        ),
        databases=("sqlite",),
    ),
    Drill(
        "load.stalled",
        f"Clients that stall make the p99 of everybody else no longer than {MOST:g} times.",
        stalled_clients,
        env={"TRUSTED_PROXIES": "1", **UNLIMITED},
        without=(
            Cut(
                "config/server/gunicorn.py",
                'worker_class = "config.server.worker.BufferingWorker"',
                "worker_class = 'gthread'",
            ),
        ),
    ),
    Drill(
        "load.connections",
        f"{CROWD} connections that nobody uses keep no newcomer waiting for longer than {SOON:g} s.",
        crowd,
        env=UNLIMITED,
        without=(Cut("config/server/connections.py", "        if waiting:\n", "        if False:\n"),),
    ),
]
