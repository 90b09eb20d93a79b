"""`make bench`: everybody on the same data, the same answers, then the rates.

    SIZES="10000 1000000" DATABASES="postgres sqlite" SCENARIOS="list,detail" SECONDS=5 ROUNDS=3 make bench

SCENARIOS takes beginnings of names, separated by commas. BASELINE is the folder of another checkout of Marquee, which is
measured beside this one, on a data set that it makes itself. BENCH_DIR (.bench) is where data sets are kept, RESULTS
(benchmarks/RESULTS.md) where the report goes.
"""

import os
import re
import shutil
import signal
import statistics
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks import answers, report
from benchmarks.kept import Data, ensure_postgres, ensure_sqlite
from benchmarks.load import CONNECTIONS, Measurement, Request, TooSlow, ask, measure, require_wrk
from benchmarks.postgres import Cluster
from benchmarks.processes import FOLDER, ROOT, Server, cpu_seconds, free_port
from benchmarks.scenarios import BASELINE, OBSERVED, SCENARIOS, SILENT, Scenario, World

SIZES = [int(size) for size in os.environ.get("SIZES", "10000 1000000").split()]
DATABASES = os.environ.get("DATABASES", "postgres sqlite").split()
# Not SECONDS itself, which the Makefile hands on under this name: bash, in between, counts it up.
SECONDS = int(os.environ.get("BENCH_SECONDS", "5"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
WANTED = [name.strip() for name in os.environ.get("SCENARIOS", "").split(",") if name.strip()]
RESULTS = Path(os.environ.get("RESULTS", str(ROOT / "benchmarks" / "RESULTS.md")))
OTHER_CHECKOUT = Path(os.environ["BASELINE"]).resolve() if os.environ.get("BASELINE") else None
WARM_UP_SECONDS = 1
SEEN = {"ACCESS_LOG": "on", "LOG_FORMAT": "json", "METRICS_TOKEN": "a-token-of-the-benchmark"}


def chosen() -> list[Scenario]:
    found = [each for each in SCENARIOS if not WANTED or any(each.name.startswith(name) for name in WANTED)]
    if not found:
        raise SystemExit(f"SCENARIOS: choose among {', '.join(each.name for each in SCENARIOS)}")
    return found


def web_command(application: str) -> list[str]:
    """The command with which Marquee's own server is started, for another application."""
    web = next(line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web:"))
    return re.sub(r"config\.wsgi(:application)?", f"{application}:application", web.removeprefix("web:")).split()


def contestants(url: str, baseline_url: str | None, folder: Path) -> list[Server]:
    """`baseline_url` is the database of the other checkout, where one takes part."""
    contestant = "benchmarks.contestants"
    commands = {
        "marquee": ["bin/run"],
        "floor": web_command(f"{contestant}.floor"),
        "textbook": web_command(f"{contestant}.textbook.wsgi"),
        SILENT: web_command("config.wsgi"),
        OBSERVED: web_command("config.wsgi"),
        "fastapi": [".venv-bench/bin/uvicorn", f"{contestant}.fastapi_app:app", "--workers=2", "--no-access-log"],
    }
    if baseline_url:
        commands[BASELINE] = ["bin/run"]
    servers = []
    for name, command in commands.items():
        port = free_port()
        var = folder / name
        var.mkdir(parents=True, exist_ok=True)
        more = [f"--port={port}", "--log-level=warning"] if name == "fastapi" else []
        its_url = baseline_url if baseline_url and name == BASELINE else url
        environment = {"DATABASE_URL": its_url, "VAR_DIR": str(var), "THROTTLING": "off", "LOG_LEVEL": "WARNING"}
        environment |= SEEN if name == OBSERVED else {"ACCESS_LOG": "off"}
        root = OTHER_CHECKOUT if OTHER_CHECKOUT and name == BASELINE else ROOT
        servers.append(Server(name, [*command, *more], port=port, log=var / "log", root=root, **environment))
    return servers


class Run:
    """All scenarios over one data set; the baseline has one of its own."""

    def __init__(
        self, data_of: dict[str, Data], servers: dict[str, Server], database_cpu: Callable[[], float], folder: Path
    ) -> None:
        data = data_of["marquee"]
        self.data, self.data_of, self.servers = data, data_of, servers
        self.database_cpu, self.folder = database_cpu, folder
        self.world = World(data)
        database = "PostgreSQL" if data.vendor == "postgresql" else "SQLite"
        self.results = report.Results(database, data.version(), data.size)

    def prepare(self) -> None:
        for data in {id(data): data for data in self.data_of.values()}.values():
            data.renew_logins()
            data.undo()
        for server in self.servers.values():
            server.start()
        for server in self.servers.values():
            server.wait_until_up()

    def measure_all(self, scenarios: list[Scenario]) -> None:
        if any(scenario.writes for scenario in scenarios):
            answers.compare_writes(self.data_of, self.world, self.servers)
        with tqdm(total=len(scenarios), unit=" scenarios", desc=f"{self.results.database} {self.data.size:,}") as bar:
            for scenario in scenarios:
                bar.set_postfix_str(scenario.name)
                self.measure_scenario(scenario)
                bar.update()

    def measure_scenario(self, scenario: Scenario) -> None:
        requests: dict[str, list[Request]] = {}
        for name in [*scenario.contestants, *([BASELINE] if BASELINE in self.servers else [])]:
            made = scenario.requests(self.world, self.servers[name])
            if made:
                requests[name] = made
        slow = set() if scenario.writes else answers.compare_reads(scenario, requests, self.servers)
        for name in slow:
            self.results.figures[scenario.name, name] = None
        racing = [name for name in requests if name not in slow]
        is_quick = {name: self.warm_up(scenario, name, requests[name]) for name in racing}
        found: dict[str, list[Measurement]] = {name: [] for name in racing}
        for turn in range(ROUNDS):
            # Another one begins each round, so that nobody always follows the same one.
            for name in [*racing[turn % len(racing) :], *racing[: turn % len(racing)]] if racing else []:
                if is_quick[name] or not found[name]:
                    found[name].append(self.measure_once(scenario, name, requests[name], SECONDS, quick=is_quick[name]))
        if found.get(SILENT) and found.get(OBSERVED):
            pairs = zip(found[SILENT], found[OBSERVED], strict=False)  # one that is not quick is measured once
            self.results.cost_of_seeing[scenario.name] = statistics.median(on.rate / off.rate for off, on in pairs)
        for name, measurements in found.items():
            self.results.figures[scenario.name, name] = median(measurements)
        if not requests:
            self.results.figures[scenario.name, ""] = None  # nobody has it: a row of dashes

    def warm_up(self, scenario: Scenario, name: str, requests: list[Request]) -> bool:
        """Whether the contestant is quick enough for wrk to count its answers."""
        if not scenario.writes:
            first = [ask(self.servers[name], request).seconds for request in requests[:3]]
            # All connections together must get answers within the second of the warm-up, on however few cores.
            if statistics.median(first) > WARM_UP_SECONDS / CONNECTIONS:
                return False
        self.measure_once(scenario, name, requests[::-1], WARM_UP_SECONDS, quick=True)
        return True

    def measure_once(
        self, scenario: Scenario, name: str, requests: list[Request], seconds: float, *, quick: bool
    ) -> Measurement:
        server = self.servers[name]

        def cpu() -> float:
            return server.cpu_seconds() + self.database_cpu()

        try:
            measurement = measure(server, requests, seconds, folder=self.folder, quick=quick, cpu=cpu)
        except TooSlow:
            raise SystemExit(
                f"{name} took more than a minute for {scenario.name}, after it had been quicker."
            ) from None
        if scenario.writes:
            self.data_of[name].undo()
        memory = self.results.memory
        memory[name] = max(memory.get(name, 0), server.memory_bytes())
        return measurement


def median(measurements: list[Measurement]) -> Measurement:
    def of(name: str) -> float:
        return float(statistics.median(getattr(each, name) for each in measurements))

    return Measurement(of("rate"), of("p50"), of("p99"), of("cpu"), of("size"))


def ensure(cluster: Cluster | None, size: int, root: Path) -> str:
    """The URL of the data set of a checkout."""
    return ensure_postgres(cluster, size, FOLDER, root) if cluster else ensure_sqlite(size, FOLDER, root)


def run_one(database: str, size: int, cluster: Cluster | None, scenarios: list[Scenario]) -> report.Results:
    url = ensure(cluster, size, ROOT)
    baseline_url = ensure(cluster, size, OTHER_CHECKOUT) if OTHER_CHECKOUT else None
    folder = FOLDER / "run" / f"{database}-{size}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        data = Data(url, size)
        stack.callback(data.close)
        servers = {server.name: server for server in contestants(url, baseline_url, folder)}
        data_of = dict.fromkeys(servers, data)
        if baseline_url:
            data_of[BASELINE] = Data(baseline_url, size)
            stack.callback(data_of[BASELINE].close)
        for server in servers.values():
            stack.callback(server.stop)
        run = Run(data_of, servers, (lambda: cpu_seconds(cluster.pid)) if cluster else (lambda: 0.0), folder)
        run.prepare()
        try:
            run.measure_all(scenarios)
        except answers.Differs as difference:
            raise SystemExit(f"Not measured, because the answers differ. {difference}") from None
        return run.results


def interrupt(number: int, frame: Any) -> None:
    """Ends everything, undisturbed by a second Ctrl-C."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> None:
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, interrupt)
    require_wrk()
    scenarios = chosen()
    FOLDER.mkdir(parents=True, exist_ok=True)
    every = []
    with ExitStack() as stack:
        for database in DATABASES:
            cluster = None
            if database == "postgres":
                cluster = Cluster(FOLDER / "postgres")
                cluster.start()
                stack.callback(cluster.stop)
            for size in SIZES:
                every.append(run_one(database, size, cluster, scenarios))
                report.write(every, RESULTS, seconds=SECONDS, rounds=ROUNDS)  # what comes may fail, or be stopped


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped, and everything that was started has ended.")
