"""Everything about an account as one ZIP: a JSON and a CSV file for each section, and a README.txt.

Sections come from `accounts.signals.account_exporting`. Their rows are read in batches, all of them of one moment, and
go into the file one by one: so the memory that it takes is bounded, however much there is.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.signals import account_exporting
from rest.chunks import id_batches
from rest.database.snapshot import snapshot

FILENAME, MEDIA_TYPE = "marquee-account.zip", "application/zip"
IN_MEMORY = 512 * 1024  # bytes of a file; a longer one waits on the disk
CHUNK = 65_536  # characters
READ_AT_ONCE = 500  # rows
# What makes a spreadsheet take a cell for a formula, full-width forms among them.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
BOM = b"\xef\xbb\xbf"  # without which Excel takes UTF-8 for something else


@dataclass(frozen=True)
class Section:
    """One kind of what belongs to an account: `rows` gives values in the order of `columns`."""

    name: str
    about: str  # what README.txt says of it
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]


def rows_of(rows: QuerySet[Any], columns: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    """These columns, each a lookup or an expression, of all rows, in the order of their ids."""
    named = {f"exported_{number}": column for number, column in enumerate(columns.values()) if not is_text(column)}
    paths = [column if is_text(column) else f"exported_{number}" for number, column in enumerate(columns.values())]
    for ids in id_batches(rows, READ_AT_ONCE):
        yield from rows.filter(pk__in=ids).order_by("pk").annotate(**named).values_list(*paths)


def is_text(column: Any) -> bool:
    return isinstance(column, str)


def section(name: str, about: str, rows: QuerySet[Any], /, **columns: Any) -> Section:
    """A section of the rows of one table: `section("likes", "…", Like.objects.by(user), movie="movie__title")`."""
    return Section(name, about, [*columns], rows_of(rows, columns))


def archive(user: User) -> IO[bytes]:
    """The ZIP, to be read from its beginning."""
    file = cast("IO[bytes]", SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 - whoever reads it closes it
    with snapshot(), ZipFile(file, "w", ZIP_DEFLATED) as packed:
        counted = [(one, write(packed, one)) for one in sections_of(user)]
        packed.writestr("README.txt", readme(counted))
    file.seek(0)
    return file


def sections_of(user: User) -> list[Section]:
    """Those of all apps, by name."""
    answers = account_exporting.send(sender=User, user=user)
    sections = [one for _, own in answers for one in cast("list[Section]", own)]
    return sorted(sections, key=lambda one: one.name)


def write(packed: ZipFile, one: Section) -> int:
    """Writes the section's two files; how many rows it has. The rows are read once, so that both say the same."""
    number = 0
    with SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8", newline="") as table:
        writer = csv.writer(table)
        writer.writerow(one.columns)
        with packed.open(dated(f"{one.name}.json"), "w") as out:
            out.write(b"[")
            for row in one.rows:
                out.write((b",\n" if number else b"\n") + as_json(one.columns, row))
                writer.writerow([cell(value) for value in row])
                number += 1
            out.write(b"\n]\n")
        table.seek(0)
        with packed.open(dated(f"{one.name}.csv"), "w") as out:
            out.write(BOM)
            for text in iter(partial(table.read, CHUNK), ""):
                out.write(text.encode())
    return number


def dated(name: str) -> ZipInfo:
    """A file of the ZIP, made now; without more it would be of 1980, and not compressed."""
    entry = ZipInfo(name, timezone.now().timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    return entry


def as_json(columns: Sequence[str], row: Sequence[Any]) -> bytes:
    return orjson.dumps(dict(zip(columns, row, strict=True)), option=orjson.OPT_UTC_Z)


def cell(value: Any) -> str:
    """A value as a spreadsheet shall show it: never as a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):  # a datetime, too
        return value.isoformat()
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text


README = """Everything that belongs to your account at {address}, as of {now:%Y-%m-%d %H:%M} UTC.

Each part is there twice: as JSON for programs, and as CSV (UTF-8) for spreadsheets. In the CSV a text that a
spreadsheet would take for a formula begins with an apostrophe. Times are UTC. Secrets (your password, tokens) are not
here: the server itself keeps digests of them only.

{parts}
"""


def readme(counted: Iterable[tuple[Section, int]]) -> str:
    parts = "\n".join(f"{one.name}: {one.about} ({number:,})" for one, number in counted)
    return README.format(address=settings.PUBLIC_URL, now=timezone.now(), parts=parts)
