"""Which server? Rates, and what a hundred slow clients do to everybody else.

    python -m benchmarks.servers

BENCH_SECONDS (3), ROUNDS (5) and BENCH_DIR (.bench) as in benchmarks/run.py; HOLD_SECONDS (40) is how long clients
stall. Every server runs two processes. The rates are those of an application that does next to nothing and of the
floor, for a list and for one movie of 10,000 on PostgreSQL, as ratios to the first server of the same round.
Needs .venv-bench, which `make bench` makes.
"""

import http.client
import os
import shutil
import socket
import statistics
import sys
import time
from contextlib import ExitStack, closing
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from benchmarks.kept import ensure_postgres
from benchmarks.lineup import granian, packages, web_command
from benchmarks.load import Measurement, Request, measure, require_wrk
from benchmarks.postgres import Cluster
from benchmarks.processes import FOLDER, Server, free_port

SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
HOLD_SECONDS = float(os.environ.get("HOLD_SECONDS", "40"))
PACKAGES = packages()
TRIVIAL, FLOOR = "benchmarks.contestants.trivial", "benchmarks.contestants.floor"
# Each by its title: the application and the address.
LOADS = [("trivial", TRIVIAL, "/"), ("list", FLOOR, "/api/v1/movies/?page=2"), ("detail", FLOOR, "/api/v1/movies/77/")]
SLOW_CLIENTS, PROBES, PATIENCE_SECONDS = 100, 10, 4
STALLS = {
    "headers": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Stalled: ",
    "body": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
    "reading": b"GET /long HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "idle": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


def gunicorn(application: str, threads: int) -> list[str]:
    options = ["-w", "2", "-k", "gthread", "--threads", str(threads), "--keep-alive", "15"]
    return [sys.executable, "-m", "gunicorn", *options, f"{application}:application"]


def command(name: str, application: str, port: int) -> list[str]:
    if name.startswith("granian"):
        target = ("wsgi", f"{application}:application") if name.endswith("WSGI") else ("rsgi", f"{RSGI}:app")
        return [*granian(*target), "--port", str(port)]
    if name == "marquee's":
        return web_command(application)
    return [*gunicorn(application, int(name.rpartition("×")[2])), "--bind", f"127.0.0.1:{port}"]


RSGI = "benchmarks.contestants.rsgi"
NAMES = ["gthread 2×16", "gthread 2×64", "marquee's", "granian WSGI", "granian RSGI"]


def server(name: str, application: str, url: str, folder: Path) -> Server:
    port = free_port()
    return Server(
        name,
        command(name, application, port),
        port=port,
        log=folder / f"{name.replace(' ', '-')}-{application}.log",
        DATABASE_URL=url,
        PYTHONPATH=str(PACKAGES),
        WSGI_APPLICATION=application,
    )


# --- Rates ---


def rates(servers: dict[tuple[str, str], Server], folder: Path) -> dict[tuple[str, str], list[Measurement]]:
    """By server and load, one measurement a round; another server begins each round."""
    found: dict[tuple[str, str], list[Measurement]] = {}
    for turn in range(-1, ROUNDS):  # the first warms up
        names = NAMES[turn % len(NAMES) :] + NAMES[: turn % len(NAMES)]
        for load, application, path in LOADS:
            for name in names:
                each = servers[name, application]
                seconds = SECONDS if turn >= 0 else 1
                measured = measure(each, [Request(path)], seconds, folder=folder, quick=True, cpu=each.cpu_seconds)
                if turn >= 0:
                    found.setdefault((name, load), []).append(measured)
    return found


# --- Slow clients ---


def stall(port: int, kind: str) -> socket.socket:
    client = socket.socket()
    client.settimeout(PATIENCE_SECONDS)
    if kind == "reading":
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.connect(("127.0.0.1", port))
    client.sendall(STALLS[kind])
    if kind == "idle":
        client.recv(65536)
    return client


def is_dropped(client: socket.socket, kind: str) -> bool:
    """Whether the server has given the client up. One that does not read notices when it writes, the second time."""
    client.setblocking(False)
    try:
        if kind != "reading":
            while client.recv(65536):
                pass
            return True
        for _ in range(2):
            client.send(b"\r\n")
            time.sleep(0.01)
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
    return False


def probe(port: int, times: int) -> str:
    """What others get meanwhile: how many of their requests are answered, and the slowest answer."""
    answered = []
    for _ in range(times):
        began = time.monotonic()
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)) as connection:
            try:
                connection.request("GET", "/")
                connection.getresponse().read()
            except (OSError, http.client.HTTPException):
                continue
        answered.append(1000 * (time.monotonic() - began))
    slowest = f" ({max(answered):.0f} ms)" if answered else ""
    return f"{len(answered)}/{times}{slowest}"


def slow_clients(servers: dict[str, Server], kind: str) -> dict[str, str]:
    """By server, what others get while the clients stall; how many are dropped; what others get once they have gone."""
    clients = {name: [stall(each.port, kind) for _ in range(SLOW_CLIENTS)] for name, each in servers.items()}
    during = {name: probe(each.port, PROBES) for name, each in servers.items()}
    time.sleep(HOLD_SECONDS)
    memory = {name: each.memory_bytes() / 2**20 for name, each in servers.items()}
    dropped = {name: sum(is_dropped(client, kind) for client in held) for name, held in clients.items()}
    for client in (client for held in clients.values() for client in held):
        client.close()
    time.sleep(1)
    after = {name: probe(each.port, PROBES // 2) for name, each in servers.items()}
    return {
        name: f"{during[name]}, {dropped[name]} dropped, then {after[name]}, {memory[name]:.0f} MB" for name in servers
    }


# --- The table ---


def rate_cell(name: str, load: str, found: dict[tuple[str, str], list[Measurement]]) -> str:
    mine, first = found[name, load], found[NAMES[0], load]
    ratio = statistics.median(each.rate / base.rate for each, base in zip(mine, first, strict=True))
    rate, p50, p99 = (statistics.median(getattr(each, what) for each in mine) for what in ("rate", "p50", "p99"))
    return f"{ratio:.2f} ({rate:,.0f}/s, {p50:.1f}, {p99:.0f} ms)"


def table(found: dict[tuple[str, str], list[Measurement]], slow: dict[str, dict[str, str]]) -> str:
    head = ["server", *(load for load, _, _ in LOADS), *slow]
    rows = [
        [name, *(rate_cell(name, load, found) for load, _, _ in LOADS), *(slow[kind][name] for kind in slow)]
        for name in NAMES
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


def main() -> None:
    require_wrk()
    if PACKAGES is None:
        raise SystemExit("The other servers are in .venv-bench, which `make bench` makes.")
    folder = FOLDER / "servers"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        cluster = Cluster(FOLDER / "postgres")
        cluster.start()
        stack.callback(cluster.stop)
        url = ensure_postgres(cluster, 10_000, FOLDER)
        servers = {(name, app): server(name, app, url, folder) for name in NAMES for app in (TRIVIAL, FLOOR)}
        for each in servers.values():
            stack.callback(each.stop)
            each.start()
        for each in servers.values():
            each.wait_until_up()
        found = rates(servers, folder)
        slow = {kind: slow_clients({name: servers[name, TRIVIAL] for name in NAMES}, kind) for kind in STALLS}
    print(table(found, slow))


if __name__ == "__main__":
    main()
