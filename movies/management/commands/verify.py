"""`manage.py verify`: compares every stored count, folded name and posting with what it should be."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from movies.models import Movie
from movies.verification import differences


class Command(BaseCommand):
    help = (
        "Recomputes every kept count, folded name and search posting, prints each difference, and exits 1 if there "
        "is one. With --fix they are mended, too."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fix", action="store_true", help="write what is right")

    def handle(self, *args: Any, fix: bool, **options: Any) -> None:
        total, found = Movie.objects.count(), 0
        with tqdm(total=total, unit=" movies", desc="verify", disable=options["verbosity"] == 0 or None) as bar:
            for difference in differences(bar.update, fix=fix):
                found += 1
                self.stdout.write(difference)
        self.stdout.write(f"{total} movies verified, {found} differences{' mended' if fix and found else ''}.")
        if found:
            sys.exit(1)
