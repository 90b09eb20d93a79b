"""Runs drills: each on a server of its own, and once more without the protection, where it has to fail.

    ONLY=doors            the drills of drills/doors.py; ONLY=doors.covers one of them
    PROVE=off             only with the protections
    RESULTS=FILE          adds what was shown to that file, for `python -m drills.table`

On SQLite, or on the PostgreSQL of DATABASE_URL, where each server gets a database of its own. Exits 1 where a promise
does not hold, or a drill holds without its protection; 2 for a wrong ONLY.
"""

import importlib
import os
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from drills.drill import Drill, Outcome
from drills.server import running
from drills.table import Result

GROUPS = ["doors", "faults", "backups"]


def database() -> str:
    return "postgresql" if os.environ.get("DATABASE_URL") else "sqlite"


def chosen(only: str) -> Iterator[tuple[str, Drill]]:
    for group in GROUPS:
        for drill in importlib.import_module(f"drills.{group}").DRILLS:
            if only in ("", group, f"{group}.{drill.name}") and database() in drill.databases:
                yield f"{group}.{drill.name}", drill


def attempt(drill: Drill, *, protected: bool) -> Outcome:
    env, cuts = drill.env, drill.faults
    if not protected and isinstance(drill.without, dict):
        env = {**env, **drill.without}
    elif not protected:
        cuts = (*drill.faults, *drill.without)
    with running(supervised=drill.supervised, cuts=cuts, **env) as server:
        return drill.run(server)


def shown(name: str, drill: Drill, *, prove: bool) -> Result:
    """Whether it holds with the protection, and fails without."""
    print(f"{name}: {drill.promise}", flush=True)
    begun = time.monotonic()
    outcome, without, problem = Outcome("", holds=False), None, ""
    try:
        outcome = attempt(drill, protected=True)
        print(f"  {'ok  ' if outcome.holds else 'FAIL'} {outcome.figure}", flush=True)
        if prove:
            without = attempt(drill, protected=False)
            print(f"  {'FAIL holds' if without.holds else 'ok   does not hold'} with {drill.taken_out}:", flush=True)
            print(f"       {without.figure}", flush=True)
    except (SystemExit, Exception) as error:  # the drill itself could not go on; the others can
        problem = str(error) if isinstance(error, SystemExit) else f"{type(error).__name__}: {error}"
        print(f"  FAIL It could not be tried: {problem}", flush=True)
        if not isinstance(error, SystemExit):
            traceback.print_exc()
    holds_without = without.holds if without else None
    return Result(name, database(), outcome.holds, holds_without, time.monotonic() - begun, outcome.figure, problem)


def main() -> int:
    os.umask(0o022)  # the usual one, whoever starts this: doors.files is about what it leaves open
    only, prove = os.environ.get("ONLY", ""), os.environ.get("PROVE", "on") != "off"
    drills = list(chosen(only))
    if not drills:
        print(f"There is no drill ONLY={only}.", file=sys.stderr)
        return 2
    results = []
    for name, drill in drills:
        results.append(shown(name, drill, prove=prove))
        if file := os.environ.get("RESULTS"):
            results[-1].add_to(Path(file))
    failed = [result.drill for result in results if not result.passed]
    print(
        f"{len(drills) - len(failed)} of {len(drills)} drills passed." + "".join(f"\nFailed: {name}" for name in failed)
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
