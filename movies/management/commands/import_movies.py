"""`manage.py import_movies FILE`: adds a catalogue to this one."""

import csv
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from difflib import get_close_matches
from pathlib import Path
from time import perf_counter
from typing import Any, BinaryIO, TextIO

from django.core.management.base import CommandError
from django.db import DatabaseError
from tqdm import tqdm

from movies.importing import NotLinesOfJSON, Remark, Report, import_stream
from movies.importing.rows import FIELDS
from rest.database.commands import FAILURE, NOT_ALL, DatabaseCommand

MAX_PRINTED = 20  # refused rows on the screen, and values left out; --report FILE has them all


class Remarks:
    """Collects remarks: the first MAX_PRINTED of each kind in memory, and all of them in a file as they come."""

    def __init__(self, file: TextIO | None) -> None:
        self.refused, self.left_out = list[Remark](), list[Remark]()
        self.table = csv.writer(file, delimiter="\t", lineterminator="\n") if file else None
        if self.table:
            self.table.writerow(Remark._fields)

    def __call__(self, remark: Remark) -> None:
        kept = self.left_out if remark.field else self.refused
        if len(kept) < MAX_PRINTED:
            kept.append(remark)
        if self.table:
            self.table.writerow(remark)


class Stop:
    """Ctrl-C and SIGTERM, from `with` on: the first lets the batch be finished that is being written."""

    status = 0  # the exit status of a command that was stopped

    def __call__(self, number: int, *_: object) -> None:
        if self.status:
            raise KeyboardInterrupt
        self.status = 128 + number
        print("\nStopping after this batch; once more stops at once.", file=sys.stderr)

    @contextmanager
    def listening(self) -> Iterator[None]:
        before = {number: signal.signal(number, self) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class Command(DatabaseCommand):
    help = (
        "Imports movies from a file of one JSON object a line, with "
        + ", ".join(f"{name} ({meaning})" for name, meaning in FIELDS.items())
        + ". Movies that are there already (same title, year and one of the directors) are left as they are. "
        "Exits 0 where every row was taken, 1 where some were refused, 2 where the file or the database cannot be "
        "used, and 130 when it was stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="NDJSON in UTF-8; - reads standard input")
        parser.add_argument(
            "--report", type=Path, metavar="FILE", help="write every refused row and every value left out here (TSV)"
        )

    def handle(self, *args: Any, file: Path, report: Path | None, **options: Any) -> None:
        done, stop, start = Report(), Stop(), perf_counter()
        try:
            with (
                open(0 if str(file) == "-" else file, "rb") as stream,
                report.open("w", encoding="utf-8", newline="") if report else nullcontext() as report_file,
            ):
                remarks = Remarks(report_file)
                self.run(stream, done, remarks, stop, quiet=options["verbosity"] == 0)
        except OSError as error:
            raise CommandError(f"{error.filename or file}: {error.strerror}", returncode=FAILURE) from error
        except NotLinesOfJSON as error:
            raise CommandError(f"{file}: {error}", returncode=FAILURE) from error
        self.summarise(done, remarks, perf_counter() - start)
        if stop.status:
            self.stderr.write("Stopped. What was added stays; the same import again adds the rest.")
        if stop.status or done.refused:
            sys.exit(stop.status or NOT_ALL)

    def run(self, stream: BinaryIO, done: Report, remarks: Remarks, stop: Stop, *, quiet: bool) -> None:
        size = Path(stream.name).stat().st_size if isinstance(stream.name, str | Path) else None
        with stop.listening(), tqdm(total=size, unit="B", unit_scale=True, desc="import", disable=quiet or None) as bar:
            try:
                for read in import_stream(stream, done, remarks):
                    bar.update(read)
                    bar.set_postfix_str(f"{done.added} added, {done.known} known, {done.refused} refused")
                    if stop.status:
                        break
            except (KeyboardInterrupt, DatabaseError):
                # Where a statement was running, the second signal comes back as an error of the database's.
                if not stop.status:
                    self.stderr.write(f"{done.added} movies were added before this, and stay.")
                    raise

    def summarise(self, done: Report, remarks: Remarks, seconds: float) -> None:
        for kind, count in ((remarks.refused, done.refused), (remarks.left_out, done.left_out)):
            for remark in kind:
                self.stderr.write(str(remark))
            if count > MAX_PRINTED:
                self.stderr.write(f"… and {count - MAX_PRINTED} more; --report FILE writes them all down.")
        if done.unknown_fields:
            self.stderr.write(
                f"Fields that the import does not read: {', '.join(map(known_as, sorted(done.unknown_fields)))}."
            )
        self.stdout.write(
            f"{done.read} rows read: {done.added} movies added, {done.known} already there, {done.refused} refused, "
            f"{done.left_out} values left out; {seconds:.1f} s, {done.read / max(seconds, 0.001):.0f} rows a second."
        )


def known_as(field: str) -> str:
    """A field that is not known, and the one that it may be."""
    nearest = get_close_matches(field.lower(), FIELDS, n=1, cutoff=0.75)
    return f"{field!r} (is it {nearest[0]}?)" if nearest else repr(field)
