"""`manage.py import_movies FILE`: adds a catalogue to this one."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from movies.importing import Report, import_lines

SHOWN = 20  # refused rows on the screen; --refused FILE has them all


class Command(BaseCommand):
    help = (
        "Imports movies from a file of one JSON object a line: title, year or release_date, genres, directors or "
        "director, duration, description. A year alone becomes its 1st of January; of several directors the first "
        "counts. Movies that are there already (same title, year and director) are left as they are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="NDJSON in UTF-8; - reads standard input")
        parser.add_argument(
            "--refused", type=Path, metavar="FILE", help="write every refused row's number and reason here"
        )

    def handle(self, *args: Any, file: Path, refused: Path | None, **options: Any) -> None:
        report, start = Report(), perf_counter()
        try:
            with open(0 if str(file) == "-" else file, "rb") as stream:
                self.run(stream, report, quiet=options["verbosity"] == 0)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        if refused:
            refused.write_text("".join(f"{number}\t{reason}\n" for number, reason in report.refused))
        self.tell(report, perf_counter() - start)

    def run(self, stream: BinaryIO, report: Report, *, quiet: bool) -> None:
        size = Path(stream.name).stat().st_size if isinstance(stream.name, str | Path) else None
        with tqdm(total=size, unit="B", unit_scale=True, desc="import", disable=quiet or None) as bar:
            for _ in import_lines(self.measured(stream, bar), report):
                bar.set_postfix(added=report.added, known=report.known, refused=len(report.refused))

    @staticmethod
    def measured(stream: BinaryIO, bar: tqdm) -> Iterator[bytes]:
        for line in stream:
            bar.update(len(line))
            yield line

    def tell(self, report: Report, seconds: float) -> None:
        for number, reason in report.refused[:SHOWN]:
            self.stderr.write(f"line {number}: {reason}")
        if len(report.refused) > SHOWN:
            self.stderr.write(f"… and {len(report.refused) - SHOWN} more; --refused FILE writes them all down.")
        self.stdout.write(
            f"{report.read} rows read: {report.added} movies added, {report.known} already there, "
            f"{len(report.refused)} refused; {seconds:.1f} s, {report.read / max(seconds, 0.001):.0f} rows a second."
        )
