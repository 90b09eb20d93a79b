"""The report, for the terminal and for RESULTS.md."""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.choices import Choices
from benchmarks.lineup import BLOCKING_THREADS
from benchmarks.load import CONNECTIONS, THREADS
from benchmarks.processes import ROOT
from benchmarks.results import NONE, Results
from benchmarks.tables import (
    ERROR,
    everybody_table,
    growth_table,
    levels_table,
    marquee_table,
    memory_table,
    ratio_table,
    seeing_table,
    title,
)


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


def how(choices: Choices) -> str:
    return (
        f"Each contestant: two worker processes, `wrk` with {CONNECTIONS} connections and {THREADS} threads on the same "
        f"machine, {choices.seconds} s a measurement, the median of {choices.rounds} interleaved rounds. Load average at "
        f"the end: {os.getloadavg()[0]:.1f}. The contestants gave the same answers before they were timed (the textbook's "
        "search excepted, which finds parts of words in no order of merit). wrk sends the headers of axios, and so asks for "
        "compressed answers: Marquee compresses, the others that are here do not. Beside it stands what curl gets, which "
        "does not ask. An error among the answers makes a measurement void. "
        "CPU is that of server and database for one answer, in milliseconds. "
        f"“{NONE}” means that a contestant has no such thing, “too slow” that an answer took more than a minute, "
        f"“{ERROR}” that a measurement is void. What counting requests costs is measured by `benchmarks/counter.py`, in "
        "one process and without the noise of a network."
    )


RATIOS = (
    "The first table has ratios: how many answers Marquee gives for one of the other's, with the same CPU (“CPU ÷”, which "
    "depends less on what else the machine does) and in the same time (“rate ÷”). Above 1 Marquee does better. Each is the "
    "median of the rounds, with the lowest and the highest of them in brackets."
)
WSGI = (
    "The WSGI floor is the floor on granian, the fastest server here that serves WSGI at all: two processes with "
    f"{BLOCKING_THREADS['sqlite']} blocking threads on SQLite, and {BLOCKING_THREADS['postgres']} on PostgreSQL."
)
POCKETBASE = (
    "PocketBase is one process with as many threads as it likes, on SQLite alone. It has the same films, genres, "
    "directors, people and words, and shows them by relations that it expands; a caller's own like, favourite and rating "
    "are expanded by rules that show nothing else. “Without its count” is its `skipTotal=true` of page 2, and Marquee's "
    "page 2 by cursor, which has the count all the same. A page of 250 is Marquee's array in the showcase dialect, and "
    "PocketBase's records without who added them. A rating goes through its batch API, whose PUT puts a record in the "
    "place of the old one, in one transaction. Triggers of SQLite keep a film's counts in that of the write: a hook in "
    "JavaScript would cost more. Its films are not searchable by word, nor announced by mail: when a film is added, "
    "Marquee does more."
)


def durability(every: list[Results]) -> str:
    """How a write reaches the disk, where a contestant has it otherwise."""
    modes = next(results.synchronous for results in every if results.synchronous)
    return (
        f"How writes reach the disk, `PRAGMA synchronous`, beside `journal_mode=WAL`: PocketBase has "
        f"{modes['pocketbase']} and leaves no choice, everybody else here has {modes['marquee']}. FULL waits for the disk "
        "with each commit; NORMAL does not, and may lose the last commits when the power fails."
    )


def of_one(results: Results) -> list[str]:
    parts = [f"## {results.version}, {results.size:,} movies", ratio_table(results), marquee_table(results)]
    parts.append(everybody_table(results))
    if results.levels:
        parts += [f"### {results.database}, {results.size:,} movies, by connections", levels_table(results)]
    if results.void:
        errors = [f"- {scenario}, {title(name)}: {error}" for (scenario, name), error in results.void.items()]
        parts += ["Void, because of errors among the answers:", "\n".join(errors)]
    return parts


def text(every: list[Results], choices: Choices, *, minutes: float) -> str:
    """The whole report."""
    parts = [
        "# What `make bench` measured",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, in {minutes:.0f} minutes, on {machine()}.\n\n{versions()}.",
        how(choices),
        RATIOS,
        WSGI,
        *([POCKETBASE, durability(every)] if any(results.synchronous for results in every) else []),
    ]
    for results in every:
        parts += of_one(results)
    for database in dict.fromkeys(results.database for results in every):
        sizes = sorted((results for results in every if results.database == database), key=lambda results: results.size)
        if len(sizes) > 1:
            parts += [f"## Growth, {sizes[0].version}", growth_table(sizes[0], sizes[-1])]
    if seeing := seeing_table(every):
        parts += [
            "## What seeing costs: access lines as JSON and metrics, on and off",
            seeing,
            "“on ÷ off” is the median over the rounds. `benchmarks/observing.py` measures the same in one process.",
        ]
    parts += ["## Memory of the server processes", memory_table(every)]
    return "\n\n".join(part for part in parts if part) + "\n"


def write(every: list[Results], choices: Choices, *, minutes: float) -> None:
    report = text(every, choices, minutes=minutes)
    choices.results.parent.mkdir(parents=True, exist_ok=True)
    choices.results.write_text(report)
    sys.stdout.write(f"\n{report}\n{choices.results} is written.\n")
