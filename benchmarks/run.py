"""`make bench`: everybody on the same data, the same answers, then the rates.

    SIZES="10000 1000000" DATABASES="postgres sqlite" SCENARIOS="list,detail" SECONDS=5 ROUNDS=3 make bench

SCENARIOS takes beginnings of names, separated by commas. CONNECTIONS ("1 16 64 256") are the numbers of connections at
which list, detail and PUT rating are measured beside the table, which has 16. BASELINE is the folder of another checkout
of Marquee, which is measured beside this one, on a data set that it makes itself. BENCH_DIR (.bench) is where data sets
are kept. RESULTS is where the report goes: benchmarks/RESULTS.md for the whole benchmark, RESULTS.md in BENCH_DIR for
any other.
"""

import shutil
import signal
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks import answers, report
from benchmarks.choices import LEVELLED, WARM_UP_SECONDS, Choices, choices
from benchmarks.kept import Data, ensure_postgres, ensure_sqlite
from benchmarks.lineup import SYNCHRONOUS, contestants
from benchmarks.load import CONNECTIONS, Measurement, Request, TooSlow, Void, ask, measure, require_wrk
from benchmarks.pocketbase import data as pocketbase
from benchmarks.pocketbase import writes
from benchmarks.pocketbase.data import PocketData
from benchmarks.pocketbase.requests import REQUESTS
from benchmarks.postgres import Cluster
from benchmarks.processes import FOLDER, ROOT, Server, cpu_seconds
from benchmarks.results import Results, median
from benchmarks.scenarios import BASELINE, POCKETBASE, Scenario, World


class Run:
    """All scenarios over one data set; the baseline and PocketBase have their own."""

    def __init__(
        self,
        choices: Choices,
        data_of: dict[str, Data],
        copy: PocketData | None,
        servers: dict[str, Server],
        database_cpu: Callable[[], float],
        folder: Path,
    ) -> None:
        self.choices, self.data_of, self.copy, self.servers = choices, data_of, copy, servers
        self.database_cpu, self.folder = database_cpu, folder
        self.data = data_of["marquee"]
        self.world = World(self.data)
        database = "PostgreSQL" if self.data.vendor == "postgresql" else "SQLite"
        self.results = Results(database, self.data.version(), self.data.size)
        if copy:
            self.results.synchronous = {"marquee": SYNCHRONOUS, POCKETBASE: pocketbase.synchronous()}

    def prepare(self) -> None:
        for data in {id(data): data for data in self.data_of.values()}.values():
            data.renew_logins()
            data.undo()
        if self.copy:
            self.copy.undo()
        for server in self.servers.values():
            server.start()
        for server in self.servers.values():
            server.wait_until_up()

    def measure_all(self, scenarios: list[Scenario]) -> None:
        if any(scenario.writes for scenario in scenarios):
            answers.compare_writes(self.data_of, self.world, self.servers)
            if self.copy:
                ours, theirs = self.servers["marquee"], self.servers[POCKETBASE]
                writes.compare(self.world, ours, self.data, theirs, self.copy)
        with tqdm(total=len(scenarios), unit=" scenarios", desc=f"{self.results.database} {self.data.size:,}") as bar:
            for scenario in scenarios:
                bar.set_postfix_str(scenario.name)
                self.measure_scenario(scenario)
                bar.update()

    # --- One scenario ---

    def requests_of(self, scenario: Scenario) -> dict[str, list[Request]]:
        """By contestant, as far as they have such a thing."""
        names = [*scenario.contestants, *([BASELINE] if BASELINE in self.servers else [])]
        made = {name: scenario.requests(self.world, self.servers[name]) or [] for name in names}
        if self.copy and scenario.name in REQUESTS:
            made[POCKETBASE] = REQUESTS[scenario.name](self.world, self.copy)
        return {name: requests for name, requests in made.items() if requests}

    def measure_scenario(self, scenario: Scenario) -> None:
        requests = self.requests_of(scenario)
        slow = set() if scenario.writes else answers.compare_reads(scenario, requests, self.servers)
        for name in slow:
            self.results.rounds[scenario.name, name] = None
        racing = [name for name in requests if name not in slow]
        is_quick = {name: self.warm_up(scenario, name, requests[name]) for name in racing}
        found: dict[str, list[Measurement]] = {name: [] for name in racing}
        for name in self.turns(racing):
            if is_quick[name] or not found[name]:
                seconds = self.choices.seconds
                if measured := self.measure_once(scenario, name, requests[name], seconds, quick=is_quick[name]):
                    found[name].append(measured)
        for name, measurements in found.items():
            if (scenario.name, name) not in self.results.void:
                self.results.rounds[scenario.name, name] = measurements
        if not requests:
            self.results.rounds[scenario.name, ""] = None  # nobody has it: a row of dashes
        if scenario.name in LEVELLED:
            self.measure_levels(scenario, {name: requests[name] for name in racing if is_quick[name]})

    def turns(self, racing: list[str]) -> list[str]:
        """Everybody once a round. Another one begins each round, so that nobody always follows the same one."""
        starts = [turn % len(racing) for turn in range(self.choices.rounds)] if racing else []
        return [name for start in starts for name in [*racing[start:], *racing[:start]]]

    def measure_levels(self, scenario: Scenario, requests: dict[str, list[Request]]) -> None:
        """With each number of connections: the medians of the rounds."""
        for connections in self.choices.connections:
            for name in (name for name in ("marquee", "floor", POCKETBASE) if name in requests):
                self.results.levels[scenario.name, name, connections] = self.measure_level(
                    scenario, name, requests[name], connections
                )

    def measure_level(
        self, scenario: Scenario, name: str, requests: list[Request], connections: int
    ) -> Measurement | None:
        """None where an error was among the answers."""
        found = []
        for _ in range(self.choices.rounds):
            try:
                found.append(self.ask_for(scenario, name, requests, self.choices.seconds, True, connections))
            except Void as error:
                sys.stderr.write(f"\nVoid at {connections} connections: {error}\n")
                return None
        return median(found)

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
    ) -> Measurement | None:
        """None where the measurement is void, which stands in the report."""
        if (scenario.name, name) in self.results.void:
            return None
        try:
            return self.ask_for(scenario, name, requests, seconds, quick, CONNECTIONS)
        except Void as error:
            sys.stderr.write(f"\nVoid: {error}\n")
            self.results.void[scenario.name, name] = str(error).partition("\n")[0]
            return None

    def ask_for(
        self, scenario: Scenario, name: str, requests: list[Request], seconds: float, quick: bool, connections: int
    ) -> Measurement:
        """One measurement, after which everything is as it was before."""
        server = self.servers[name]

        def cpu() -> float:
            return server.cpu_seconds() + self.database_cpu()

        try:
            return measure(server, requests, seconds, folder=self.folder, quick=quick, cpu=cpu, connections=connections)
        except TooSlow:
            raise SystemExit(
                f"{name} took more than a minute for {scenario.name}, after it had been quicker."
            ) from None
        finally:
            if scenario.writes:
                self.store_of(name).undo()
            memory = self.results.memory
            memory[name] = max(memory.get(name, 0), server.memory_bytes())

    def store_of(self, name: str) -> Data | PocketData:
        return self.copy if name == POCKETBASE and self.copy else self.data_of[name]


# --- One data set after the other ---


def ensure(cluster: Cluster | None, size: int, root: Path) -> str:
    """The URL of the data set of a checkout."""
    return ensure_postgres(cluster, size, FOLDER, root) if cluster else ensure_sqlite(size, FOLDER, root)


def ensure_copy(url: str, size: int) -> Path | None:
    """PocketBase's folder; None where it does not take part."""
    if not url.startswith("sqlite") or size > pocketbase.LARGEST:
        return None
    return pocketbase.ensure(Path(url.removeprefix("sqlite:///")), size, FOLDER)


def run_one(database: str, size: int, cluster: Cluster | None, choices: Choices) -> Results:
    url = ensure(cluster, size, ROOT)
    other = choices.baseline
    baseline_url = ensure(cluster, size, other) if other else None
    copy_folder = ensure_copy(url, size)
    folder = FOLDER / "run" / f"{database}-{size}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        data = Data(url, size)
        stack.callback(data.close)
        servers = {each.name: each for each in contestants(url, baseline_url, other, copy_folder, folder)}
        data_of = {name: data for name in servers if name != POCKETBASE}
        if baseline_url:
            data_of[BASELINE] = Data(baseline_url, size)
            stack.callback(data_of[BASELINE].close)
        copy = PocketData(copy_folder, movies=size, last_reader=data.last_reader) if copy_folder else None
        if copy:
            stack.callback(copy.close)
        for server in servers.values():
            stack.callback(server.stop)
        database_cpu = (lambda: cpu_seconds(cluster.pid)) if cluster else (lambda: 0.0)
        run = Run(choices, data_of, copy, servers, database_cpu, folder)
        run.prepare()
        try:
            run.measure_all(choices.scenarios())
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
    chosen = choices()
    print(f"About {chosen.expected_minutes():.0f} minutes. The report goes to {chosen.results}.", flush=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    every: list[Results] = []
    with ExitStack() as stack:
        for database in chosen.databases:
            cluster = None
            if database == "postgres":
                cluster = Cluster(FOLDER / "postgres")
                cluster.start()
                stack.callback(cluster.stop)
            for size in chosen.sizes:
                every.append(run_one(database, size, cluster, chosen))
                # Now, because what comes may fail, or be stopped.
                report.write(every, chosen, minutes=(time.monotonic() - began) / 60)
    if any(results.is_void() for results in every):
        raise SystemExit("Some measurements are void, because of errors among the answers.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped, and everything that was started has ended.")
