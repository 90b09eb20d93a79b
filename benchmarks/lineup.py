"""Who takes part, and by which command each is started."""

import re
import sys
from pathlib import Path

from benchmarks.pocketbase import data as pocketbase
from benchmarks.processes import ROOT, Server, free_port
from benchmarks.scenarios import BASELINE, OBSERVED, POCKETBASE, SILENT, WSGI_FLOOR

CONTESTANTS = "benchmarks.contestants"
SEEN = {"ACCESS_LOG": "on", "LOG_FORMAT": "json", "METRICS_TOKEN": "a-token-of-the-benchmark"}
SYNCHRONOUS = "FULL"  # how Marquee's writes reach SQLite's file; the floor, FastAPI and the textbook leave it at that
BLOCKING_THREADS = {"sqlite": 4, "postgres": 16}  # of each of granian's processes: writers of SQLite only wait


def packages() -> Path | None:
    """Where .venv-bench has its packages; None before `make bench` has made it."""
    return next((ROOT / ".venv-bench").glob("lib/python*/site-packages"), None)


def web_command(application: str) -> list[str]:
    """The command with which Marquee's own server is started, for another application."""
    web = next(line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web:"))
    return re.sub(r"config\.wsgi(:application)?", f"{application}:application", web.removeprefix("web:")).split()


def granian(interface: str, target: str, *, threads: int = 16) -> list[str]:
    """`threads` are those of a process that run the application; only WSGI has them."""
    options = ["--interface", interface, "--workers", "2", "--http", "1", "--no-ws", "--backpressure", "1000"]
    blocking = ["--blocking-threads", str(threads)] if interface == "wsgi" else []
    return [sys.executable, "-m", "granian", *options, *blocking, target]


def contestants(url: str, baseline_url: str | None, root: Path | None, copy: Path | None, folder: Path) -> list[Server]:
    """`baseline_url` is the database of the other checkout at `root`, and `copy` the folder of PocketBase's data."""
    database = "sqlite" if url.startswith("sqlite") else "postgres"
    commands = {
        "marquee": ["bin/run"],
        "floor": web_command(f"{CONTESTANTS}.floor"),
        WSGI_FLOOR: granian("wsgi", f"{CONTESTANTS}.floor:application", threads=BLOCKING_THREADS[database]),
        "textbook": web_command(f"{CONTESTANTS}.textbook.wsgi"),
        SILENT: web_command("config.wsgi"),
        OBSERVED: web_command("config.wsgi"),
        "fastapi": [".venv-bench/bin/uvicorn", f"{CONTESTANTS}.fastapi_app:app", "--workers=2", "--no-access-log"],
    }
    servers = [server(name, command, url, folder) for name, command in commands.items()]
    if baseline_url and root:
        servers.append(server(BASELINE, ["bin/run"], baseline_url, folder, root))
    if copy:
        servers.append(pocketbase_server(copy, folder))
    return servers


def server(name: str, command: list[str], url: str, folder: Path, root: Path = ROOT) -> Server:
    port = free_port()
    var = folder / name.replace(" ", "-")
    var.mkdir(parents=True, exist_ok=True)
    more = {
        "fastapi": [f"--port={port}", "--log-level=warning"],
        WSGI_FLOOR: [f"--port={port}", "--log-level=warning"],
    }
    environment = {"DATABASE_URL": url, "VAR_DIR": str(var), "THROTTLING": "off", "LOG_LEVEL": "WARNING"}
    environment["SQLITE_SYNCHRONOUS"] = SYNCHRONOUS
    environment |= SEEN if name == OBSERVED else {"ACCESS_LOG": "off"}
    if name == WSGI_FLOOR:
        environment["PYTHONPATH"] = str(packages())
    return Server(name, [*command, *more.get(name, [])], port=port, log=var / "log", root=root, **environment)


def pocketbase_server(copy: Path, folder: Path) -> Server:
    """One process with as many threads as it likes: PocketBase has no other form."""
    port = free_port()
    command = [str(pocketbase.BINARY), "serve", f"--http=127.0.0.1:{port}", *pocketbase.options(copy)]
    return Server(POCKETBASE, command, port=port, log=folder / "pocketbase.log", ready="/api/health")
