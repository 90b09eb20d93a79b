"""`manage.py verify`: compares every stored count, length, folded name and posting with what it should be."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError
from tqdm import tqdm

from movies.models import Movie
from movies.verification import differences
from rest.database.commands import FAILURE, INTERRUPTED, NOT_ALL, DatabaseCommand

SECONDS_BETWEEN_LINES = 5  # of progress, where nobody sees a bar move


class Command(DatabaseCommand):
    help = (
        "Recomputes every kept count, length, folded name and search posting, and prints each difference. The server "
        "may go on meanwhile: only what --fix mends is locked. Exits 0 without a difference, 1 with differences "
        "(mended or not), 2 when it could not finish, and 130 when it was interrupted."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fix", action="store_true", help="write what is right")

    def handle(self, *args: Any, fix: bool, **options: Any) -> None:
        try:
            found = self.run(fix=fix, quiet=options["verbosity"] == 0)
        except KeyboardInterrupt:
            raise CommandError("Interrupted; the rest was not verified.", returncode=INTERRUPTED) from None
        except DatabaseError as error:
            raise CommandError(f"Not verified to the end: {error}", returncode=FAILURE) from error
        if found:
            sys.exit(NOT_ALL)

    def run(self, *, fix: bool, quiet: bool) -> int:
        """Prints every difference; how many there were."""
        found = 0
        seconds = 0.1 if sys.stderr.isatty() else SECONDS_BETWEEN_LINES
        total = Movie.objects.count()
        with tqdm(total=total, unit=" movies", desc="verify", mininterval=seconds, disable=quiet) as bar:
            for difference in differences(bar.update, fix=fix):
                found += 1
                with bar.external_write_mode(file=sys.stdout):
                    self.stdout.write(difference)
        self.stdout.write(f"{total} movies verified, {found} differences{' mended' if fix and found else ''}.")
        return found
