"""What can be chosen for a run, by the environment, and where its report goes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import FOLDER, ROOT
from benchmarks.scenarios import SCENARIOS, Scenario

# BENCH_SECONDS, not SECONDS itself, which the Makefile hands on under this name: bash, in between, counts it up.
DEFAULTS = {
    "SIZES": "10000 1000000",
    "DATABASES": "postgres sqlite",
    "SCENARIOS": "",
    "BENCH_SECONDS": "5",
    "ROUNDS": "3",
    "CONNECTIONS": "1 16 64 256",
    "BASELINE": "",
}
COMMITTED = ROOT / "benchmarks" / "RESULTS.md"
WARM_UP_SECONDS = 1
BETWEEN = 0.7  # seconds from one measurement to the next: starting wrk, and taking back what was written
LEVELLED = ("list", "detail", "PUT rating")  # the scenarios that are measured with each number of connections
LEVELLED_CONTESTANTS = 3  # Marquee, the floor and PocketBase


@dataclass(frozen=True)
class Choices:
    sizes: list[int]
    databases: list[str]
    wanted: list[str]  # beginnings of names of scenarios; none means all
    seconds: int  # of a measurement
    rounds: int
    connections: list[int]  # numbers of connections at which LEVELLED are measured, beside the table
    baseline: Path | None  # another checkout of Marquee
    results: Path

    def scenarios(self) -> list[Scenario]:
        found = [each for each in SCENARIOS if not self.wanted or any(map(each.name.startswith, self.wanted))]
        if not found:
            raise SystemExit(f"SCENARIOS: choose among {', '.join(each.name for each in SCENARIOS)}")
        return found

    def expected_minutes(self) -> float:
        """How long it takes when everybody is quick. Making data sets comes on top, once."""
        scenarios = self.scenarios()
        measured = sum(len(each.contestants) + 1 for each in scenarios)  # one more: PocketBase
        levelled = sum(each.name in LEVELLED for each in scenarios) * LEVELLED_CONTESTANTS * len(self.connections)
        one = WARM_UP_SECONDS + BETWEEN + self.rounds * (self.seconds + BETWEEN)
        return len(self.sizes) * len(self.databases) * (measured + levelled) * one / 60


def choices(environment: Mapping[str, str] = os.environ) -> Choices:
    """Whatever is not the whole benchmark leaves the committed report alone, unless RESULTS names it."""
    given = {name: environment.get(name) or default for name, default in DEFAULTS.items()}
    usual = COMMITTED if given == DEFAULTS else FOLDER / "RESULTS.md"
    return Choices(
        sizes=[int(size) for size in given["SIZES"].split()],
        databases=given["DATABASES"].split(),
        wanted=[name.strip() for name in given["SCENARIOS"].split(",") if name.strip()],
        seconds=int(given["BENCH_SECONDS"]),
        rounds=int(given["ROUNDS"]),
        connections=[int(number) for number in given["CONNECTIONS"].split()],
        baseline=Path(given["BASELINE"]).resolve() if given["BASELINE"] else None,
        results=Path(environment.get("RESULTS") or usual),
    )
