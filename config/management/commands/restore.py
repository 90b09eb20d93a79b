"""`manage.py restore FILE`: a backup into an empty place."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from config.backups import Refused, records, restoring
from config.backups.manifest import Manifest
from config.management.commands.backup import ended_by_signals, progress
from rest.database.commands import FAILURE, INTERRUPTED, sentence


class Command(BaseCommand):
    help = (
        "Puts a backup where there is neither a database nor a cover, applies the migrations that have come since, and "
        "compares what is there with what the backup says. Exits 0 when all of it is there, 2 when nothing was "
        "changed, and 130 when it was interrupted, which changes nothing either."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="what manage.py backup has written")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"There is no file {file}.", returncode=FAILURE)
        try:
            quiet = options["verbosity"] == 0
            with ended_by_signals(), progress("restore", 2 * file.stat().st_size, quiet=quiet) as bar:
                manifest = restoring.restore(file, bar.update)
        except KeyboardInterrupt:
            raise CommandError("Interrupted; nothing was changed.", returncode=INTERRUPTED) from None
        except (Refused, OSError) as error:
            raise CommandError(str(error), returncode=FAILURE) from error
        except DatabaseError as error:
            raise CommandError(f"Nothing was restored: {sentence(error)}", returncode=FAILURE) from error
        self.tell(manifest)
        call_command("prepare", no_demo=True, stdout=self.stdout)
        records.after_restoring(manifest.counter)
        self.stdout.write("manage.py verify recomputes every kept count and compares.")

    def tell(self, manifest: Manifest) -> None:
        rows, tables, covers = sum(manifest.counts.values()), len(manifest.counts), len(manifest.covers)
        self.stdout.write(
            f"Restored what was there at {manifest.taken_at}: {rows:,} rows in {tables} tables, as many in each as the "
            f"backup says, and {covers:,} covers."
        )
        if not restoring.same_key(manifest):
            self.stderr.write(
                "The SECRET_KEY here is another one than there, and a backup does not hold it. Put it back (SECRET_KEY "
                "or the file secret_key in VAR_DIR): without it everybody has to log in again, and second factors and "
                "recovery codes are lost."
            )
