"""`manage.py backup`: the whole installation in one file, while it is used."""

import signal
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError
from tqdm import tqdm

from config.backups import Refused, folder, making, records, schedule
from metrics.models import Backup
from rest.database.commands import FAILURE, INTERRUPTED, NOT_ALL, DatabaseCommand, sentence

SECONDS_BETWEEN_LINES = 5  # of progress, where nobody sees a bar move


class Command(DatabaseCommand):
    help = (
        "Writes database, covers and the request counter of one moment into one file in BACKUP_DIR, while the server "
        "goes on, and keeps the newest BACKUP_KEEP. Exits 0 when the file is whole and on the disk, 1 when covers that "
        "movies name were missing before, 2 when there is no backup, and 130 when it was interrupted."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-due", action="store_true", help="As the worker does it: only where one is asked for or due."
        )

    def handle(self, *args: Any, if_due: bool, **options: Any) -> None:
        where, row = Path(settings.BACKUP_DIR), None
        try:
            with ended_by_signals(), folder.alone(where) as place:
                row = records.begin(place, only_asked=if_due and not schedule.is_due(where))
                if row is not None:
                    made = self.made(row, where, place, quiet=options["verbosity"] == 0)
                    self.tell(made, quiet=options["verbosity"] == 0)
        except folder.Busy as error:
            if not if_due:
                raise CommandError(str(error), returncode=FAILURE) from error
        except KeyboardInterrupt:
            raise CommandError("Interrupted; there is no new backup.", returncode=INTERRUPTED) from None
        except (Refused, OSError) as error:
            if row is None and if_due:
                records.fail_asked(sentence(error))
            raise CommandError(f"There is no new backup. {error}", returncode=FAILURE) from error

    def made(self, row: Backup, where: Path, place: UUID, *, quiet: bool) -> making.Made:
        try:
            with progress("backup", making.work(), quiet=quiet) as bar:
                made = making.make(where, bar.update)
        except BaseException as error:
            records.failed(row, problem_of(error))
            raise
        folder.remove_old(where, keep=settings.BACKUP_KEEP)
        records.succeeded(row, made)
        records.agree(where, place)
        return made

    def tell(self, made: making.Made, *, quiet: bool) -> None:
        counts, missing = made.manifest.counts, made.manifest.missing_covers
        if not quiet:
            self.stdout.write(
                f"{made.path}: {made.bytes / 1e6:,.1f} MB, {counts['movies_movie']:,} movies, "
                f"{counts['accounts_user']:,} users, {len(made.manifest.covers):,} covers."
            )
        if missing:
            some = ", ".join(missing[:3])
            self.stderr.write(f"Covers that movies name and MEDIA_ROOT does not have: {len(missing):,} ({some} …).")
            sys.exit(NOT_ALL)


def problem_of(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "It was interrupted."
    if isinstance(error, (DatabaseError, Refused, OSError)):
        return sentence(error)
    return f"{type(error).__name__}: {error}"


@contextmanager
def progress(what: str, total: int, *, quiet: bool) -> "Iterator[tqdm[Any]]":
    """A bar of bytes, or a line now and then where nobody sees one move."""
    seconds = 0.1 if sys.stderr.isatty() else SECONDS_BETWEEN_LINES
    with tqdm(total=total, unit="B", unit_scale=True, desc=what, mininterval=seconds, disable=quiet) as bar:
        yield bar
        bar.total = bar.n  # which was an estimate
        bar.refresh()


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """SIGTERM ends the block as Ctrl-C does: with everything put in order."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
