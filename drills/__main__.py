"""Runs drills: each on a server of its own, and once more without the protection, where it has to fail.

    ONLY=doors            the drills of drills/doors.py; ONLY=doors.logins one of them
    PROVE=off             only with the protections

On SQLite, or on the PostgreSQL of DATABASE_URL, where each server gets a database of its own. Exits 1 where a promise
does not hold, or a drill holds without its protection; 2 for a wrong ONLY.
"""

import importlib
import os
import sys
from collections.abc import Iterator

from drills.drill import Drill
from drills.server import running

GROUPS = ["doors"]


def chosen(only: str) -> Iterator[tuple[str, Drill]]:
    for group in GROUPS:
        for drill in importlib.import_module(f"drills.{group}").DRILLS:
            if only in ("", group, f"{group}.{drill.name}"):
                yield f"{group}.{drill.name}", drill


def attempt(drill: Drill, *, protected: bool) -> bool:
    """Whether it holds with the protection, or fails without."""
    env = drill.env if protected else {**drill.env, **drill.without}
    with running(**env) as server:
        outcome = drill.run(server)
    as_wanted = outcome.holds == protected
    taken_out = " ".join(f"{name}={value}" for name, value in drill.without.items())
    said = "holds" if outcome.holds else "does not hold"
    print(
        f"  {'ok  ' if as_wanted else 'FAIL'} {said}{'' if protected else f' with {taken_out}'}: {outcome.figure}",
        flush=True,
    )
    return as_wanted


def holds(name: str, drill: Drill, *, prove: bool) -> bool:
    print(f"{name}: {drill.promise}", flush=True)
    with_protection = attempt(drill, protected=True)
    return (not prove or attempt(drill, protected=False)) and with_protection


def main() -> int:
    os.umask(0o022)  # the usual one, whoever starts this: doors.files is about what it leaves open
    only, prove = os.environ.get("ONLY", ""), os.environ.get("PROVE", "on") != "off"
    drills = list(chosen(only))
    if not drills:
        print(f"There is no drill ONLY={only}.", file=sys.stderr)
        return 2
    failed = [name for name, drill in drills if not holds(name, drill, prove=prove)]
    print(
        f"{len(drills) - len(failed)} of {len(drills)} drills passed." + "".join(f"\nFailed: {name}" for name in failed)
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
