"""`manage.py import_movies FILE`: adds a catalogue to this one."""

from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from time import perf_counter
from typing import Any, BinaryIO, TextIO

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from movies.importing import Report, import_stream
from movies.importing.rows import FIELDS

MAX_PRINTED = 20  # refused rows on the screen; --refused FILE has them all


class RefusedRows:
    """Collects refused rows: the first MAX_PRINTED in memory, and all of them in a file as they come."""

    def __init__(self, file: TextIO | None) -> None:
        self.file, self.first = file, list[tuple[int, str]]()

    def __call__(self, number: int, reason: str) -> None:
        """Takes the line's number, from 1, and why it was refused."""
        if len(self.first) < MAX_PRINTED:
            self.first.append((number, reason))
        if self.file:
            self.file.write(f"{number}\t{reason}\n")


class Command(BaseCommand):
    help = (
        f"Imports movies from a file of one JSON object a line: {FIELDS} "
        "Movies that are there already (same title, year and director) are left as they are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="NDJSON in UTF-8; - reads standard input")
        parser.add_argument(
            "--refused", type=Path, metavar="FILE", help="write every refused row's number and reason here"
        )

    def handle(self, *args: Any, file: Path, refused: Path | None, **options: Any) -> None:
        report, start = Report(), perf_counter()
        try:
            with (
                open(0 if str(file) == "-" else file, "rb") as stream,
                refused.open("w", encoding="utf-8") if refused else nullcontext() as refused_file,
            ):
                refused_rows = RefusedRows(refused_file)
                self.run(stream, report, refused_rows, quiet=options["verbosity"] == 0)
        except OSError as error:
            raise CommandError(f"{error.filename or file}: {error.strerror}") from error
        self.summarise(report, refused_rows, perf_counter() - start)

    def run(self, stream: BinaryIO, report: Report, refused_rows: RefusedRows, *, quiet: bool) -> None:
        size = Path(stream.name).stat().st_size if isinstance(stream.name, str | Path) else None
        with tqdm(total=size, unit="B", unit_scale=True, desc="import", disable=quiet or None) as bar:
            for read in import_stream(stream, report, refused_rows):
                bar.update(read)
                bar.set_postfix(added=report.added, known=report.known, refused=report.refused)

    def summarise(self, report: Report, refused_rows: RefusedRows, seconds: float) -> None:
        for number, reason in refused_rows.first:
            self.stderr.write(f"line {number}: {reason}")
        if report.refused > MAX_PRINTED:
            self.stderr.write(f"… and {report.refused - MAX_PRINTED} more; --refused FILE writes them all down.")
        self.stdout.write(
            f"{report.read} rows read: {report.added} movies added, {report.known} already there, "
            f"{report.refused} refused; {seconds:.1f} s, {report.read / max(seconds, 0.001):.0f} rows a second."
        )
