"""`python -m config.tests.machine`: runs the machine until its time is up, and says what it has done."""

import logging
import os
import random
import sys
import time
from contextlib import suppress
from typing import Any


def main() -> int:
    """0 where nothing differed, 1 with the shortest sequence of steps that shows a difference, 2 where it could not run."""
    seconds, steps = float(os.environ.get("MACHINE_SECONDS") or 60), int(os.environ.get("STEPS") or 60)
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    from django.db import DatabaseError, connection

    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    except DatabaseError as error:
        print(f"There is no database to run on: {error}", file=sys.stderr)
        return 2
    try:
        return run(seconds, steps, seed)
    finally:
        with suppress(DatabaseError):
            connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def run(seconds: float, steps: int, seed: int) -> int:
    from hypothesis import seed as seeded
    from hypothesis.stateful import run_state_machine_as_test

    from config.tests.machine.machine import Machine, how_long

    until, last = time.monotonic() + seconds, 0.0
    while True:
        machine: Any = type("Machine", (Machine,), {})
        try:
            run_state_machine_as_test(
                seeded(seed)(machine), settings=how_long(examples=20, steps=steps, derandomize=False)
            )
        except Exception as error:
            tell(Machine)
            print(
                f"\n{error}\n",
                *getattr(error, "__notes__", []),
                f"SEED={seed} STEPS={steps} make machine repeats it.",
                sep="\n",
            )
            return 1
        seed += 1
        if time.monotonic() > until:
            tell(Machine)
            print("No difference.")
            return 0
        if time.monotonic() > last + 30:
            last = time.monotonic()
            print(f"{sum(Machine.steps.values()):,} steps, the next seed is {seed}", flush=True)


def tell(machine: Any) -> None:
    print(f"{sum(machine.steps.values()):,} steps, {sum(machine.requests.values()):,} requests:")
    for name, count in sorted(machine.steps.items(), key=lambda item: -item[1]):
        print(f"  {count:7,} {name.replace('_', ' ')}")


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.test_settings")
    django.setup()
    logging.disable(logging.WARNING)  # what is refused is meant to be
    sys.exit(main())
