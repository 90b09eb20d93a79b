"""The figures as tables, for the terminal and for RESULTS.md."""

import os
import platform
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.load import CONNECTIONS, THREADS, Measurement
from benchmarks.processes import ROOT
from benchmarks.scenarios import BASELINE, EVERYBODY, OBSERVED, SCENARIOS, SILENT

NONE = "–"
OTHERS = ("floor", "fastapi", "textbook")
TITLES = {"fastapi": "FastAPI"}


@dataclass
class Results:
    """Of one database at one size."""

    database: str
    version: str
    size: int
    figures: dict[tuple[str, str], Measurement | None] = field(default_factory=dict)  # None: no answer in time
    memory: dict[str, int] = field(default_factory=dict)
    cost_of_seeing: dict[str, float] = field(default_factory=dict)  # scenario: the rate observed ÷ silent, by rounds

    def rate(self, scenario: str, contestant: str) -> float | None:
        figure = self.figures.get((scenario, contestant))
        return figure.rate if figure else None


def number(value: float | None, digits: int = 2) -> str:
    if value is None:
        return NONE
    return f"{value:,.0f}" if value >= 100 else f"{value:,.{digits}f}"


def ratio(one: float | None, other: float | None) -> str:
    return NONE if not one or not other else number(one / other)


def table(head: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[n]) for row in [head, *rows]) for n in range(len(head))]

    def line(cells: list[str]) -> str:
        padded = [
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return f"| {' | '.join(padded)} |"

    rule = [("-" * (width - 1) + ("-" if n == 0 else ":")) for n, width in enumerate(widths)]
    return "\n".join([line(head), line(rule), *map(line, rows)])


def measured(results: Results) -> list[str]:
    """The names of the scenarios that were measured, in their order."""
    asked = {scenario for scenario, _ in results.figures}
    return [scenario.name for scenario in SCENARIOS if scenario.name in asked]


def marquee_table(results: Results) -> str:
    own = {scenario.name: scenario.own for scenario in SCENARIOS}
    rows = []
    for name in measured(results):
        figure = results.figures.get((name, "marquee"))
        cells = [number(value) for value in (figure.rate, figure.p50, figure.p99, figure.cpu)] if figure else [NONE] * 4
        mine = results.rate(name, "marquee")
        ratios = [ratio(mine, results.rate(name, other)) for other in others(results)]
        rows.append([name, *cells, *ratios, *beside_own(results, name, own[name])])
    beside = [f"÷ {TITLES.get(other, other)}" for other in others(results)]
    return table(["scenario", "rate/s", "p50 ms", "p99 ms", "CPU ms", *beside, "÷ own plain", "by bytes"], rows)


def beside_own(results: Results, scenario: str, plain: str) -> list[str]:
    """How many answers, and how many bytes, Marquee gives in the time of the scenario that this one is compared with."""
    one, other = results.figures.get((scenario, "marquee")), results.figures.get((plain, "marquee"))
    if not one or not other:
        return [NONE, NONE]
    return [ratio(one.rate, other.rate), ratio(one.rate * one.size, other.rate * other.size)]


def others(results: Results) -> list[str]:
    """Whom Marquee is compared with: the baseline where one took part."""
    return [*OTHERS, *([BASELINE] if any(name == BASELINE for _, name in results.figures) else [])]


def everybody(results: Results) -> list[str]:
    return ["marquee", *others(results)]


def everybody_table(results: Results) -> str:
    rows = []
    for name in measured(results):
        cells = []
        for contestant in everybody(results):
            late = (name, contestant) in results.figures and results.figures[name, contestant] is None
            figure = results.figures.get((name, contestant))
            cells.append("too slow" if late else number(figure.rate if figure else None))
            cells.append(number(figure.cpu if figure else None))
        rows.append([name, *cells])
    head = ["scenario", *(text for name in everybody(results) for text in (f"{name} /s", "CPU ms"))]
    return table(head, rows)


def growth_table(small: Results, large: Results) -> str:
    rows = [
        [name, *(ratio(small.rate(name, contestant), large.rate(name, contestant)) for contestant in EVERYBODY)]
        for name in measured(large)
    ]
    return table([f"rate at {small.size:,} ÷ rate at {large.size:,}", *EVERYBODY], rows)


def seeing_table(every: list[Results]) -> str:
    rows = []
    for results in every:
        for scenario, ratio_of_rounds in results.cost_of_seeing.items():
            figures = [results.figures[scenario, name] for name in (SILENT, OBSERVED)]
            rates = [number(figure.rate if figure else None) for figure in figures]
            cpu = [number(figure.cpu if figure else None) for figure in figures]
            rows.append([f"{results.database}, {results.size:,}, {scenario}", *rates, f"{ratio_of_rounds:.3f}", *cpu])
    return table(["", "off /s", "on /s", "on ÷ off", "off CPU ms", "on CPU ms"], rows)


def memory_table(every: list[Results]) -> str:
    rows = [
        [f"{results.database}, {results.size:,}", *(f"{results.memory.get(name, 0) / 1e6:,.0f}" for name in EVERYBODY)]
        for results in every
    ]
    return table(["peak MB", *EVERYBODY], rows)


def machine() -> str:
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "?",
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}"


def versions() -> str:
    here = [
        f"{name} {version(name)}"
        for name in ("django", "djangorestframework", "psycopg2-binary", "orjson", "gunicorn", "waitress")
    ]
    lines = (ROOT / "requirements-bench.in").read_text().splitlines()
    there = [line.replace("==", " ") for line in lines if "==" in line]
    wrk = subprocess.run(["wrk", "-v"], capture_output=True, text=True).stdout.split("[")[0].strip()
    return f"Python {platform.python_version()}; {', '.join(here)}; contestants: {', '.join(there)}; {wrk}"


def text(every: list[Results], *, seconds: float, rounds: int) -> str:
    """The whole report."""
    load = os.getloadavg()[0]
    parts = [
        "# What `make bench` measured",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, on {machine()}.\n\n{versions()}.",
        f"Each contestant: two worker processes, `wrk` with {CONNECTIONS} connections and {THREADS} threads on the same "
        f"machine, {seconds:g} s a measurement, the median of {rounds} interleaved rounds. Load average at the end: "
        f"{load:.1f}. The contestants gave the same answers before they were timed (the textbook's search excepted, which "
        "finds parts of words in no order of merit). CPU is that of server and database for one answer. "
        f"“{NONE}” means that a contestant has no such thing, “too slow” that an answer took more than a minute. What "
        "counting requests costs is measured by `benchmarks/counter.py`, in one process and without the noise of a network.",
    ]
    for results in every:
        parts += [f"## {results.version}, {results.size:,} movies", marquee_table(results), everybody_table(results)]
    for database in dict.fromkeys(results.database for results in every):
        sizes = sorted((results for results in every if results.database == database), key=lambda results: results.size)
        if len(sizes) > 1:
            parts += [f"## Growth, {sizes[0].version}", growth_table(sizes[0], sizes[-1])]
    if any(results.cost_of_seeing for results in every):
        parts += [
            "## What seeing costs: access lines as JSON and metrics, on and off",
            seeing_table(every),
            "“on ÷ off” is the median over the rounds. `benchmarks/observing.py` measures the same in one process.",
        ]
    parts += ["## Memory of the server processes", memory_table(every)]
    return "\n\n".join(parts) + "\n"


def write(every: list[Results], path: Path, *, seconds: float, rounds: int) -> None:
    report = text(every, seconds=seconds, rounds=rounds)
    path.write_text(report)
    sys.stdout.write(f"\n{report}\n{path} is written.\n")
