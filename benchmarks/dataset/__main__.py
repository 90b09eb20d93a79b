"""`python -m benchmarks.dataset MOVIES`: migrates the database that DATABASE_URL names, and fills it."""

import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection

from benchmarks.dataset.generate import generate

# Nothing here has to survive a crash: an unfinished data set is thrown away.
FAST = {
    "postgresql": [
        "SET synchronous_commit = off",
        "SET work_mem = '256MB'",
        "SET maintenance_work_mem = '1GB'",
    ],
    "sqlite": [
        "PRAGMA journal_mode = OFF",
        "PRAGMA synchronous = OFF",
        "PRAGMA cache_size = -400000",
        "PRAGMA foreign_keys = OFF",
    ],
}


class Progress:
    """One line a step, with the seconds that it took."""

    def __init__(self) -> None:
        self.began = self.step_began = time.monotonic()
        self.step = ""

    def __call__(self, step: str) -> None:
        now = time.monotonic()
        if self.step:
            print(f"  {now - self.step_began:7.1f} s  {self.step}", flush=True)
        self.step, self.step_began = step, now

    def finish(self) -> None:
        self("")
        print(f"  {time.monotonic() - self.began:7.1f} s  in all", flush=True)


def main() -> None:
    movies = int(sys.argv[1])
    progress = Progress()
    progress("migrations")
    call_command("migrate", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        for statement in FAST[connection.vendor]:
            cursor.execute(statement)
    generate(movies, progress)
    progress("statistics for the planner")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
        else:
            cursor.execute("ANALYZE")
            cursor.execute("PRAGMA journal_mode = WAL")
    progress.finish()


if __name__ == "__main__":
    main()
