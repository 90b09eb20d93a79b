"""A file → batches, each of which is one transaction, and what became of its rows."""

from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from django.db import reset_queries

from movies.importing import bulk, forms
from movies.importing.adding import add_missing
from movies.importing.postings import WordIds
from movies.importing.rows import FIELDS, MAX_LINE, InvalidRow, Row, loaded, parse
from rest.database.locks import let_others_write

BATCH = 5000  # lines; other writers wait about a second for a batch
BATCH_BYTES = 4 * MAX_LINE  # after which a batch ends early
MAX_UNKNOWN_FIELDS, MAX_FIELD_NAME = 50, 60  # that are remembered, and characters of each


class Remark(NamedTuple):
    """What became of a line, or of one value of it, otherwise than the file says."""

    line: int
    reason: str
    field: str = ""  # none where the whole row is refused
    value: str = ""  # shortened

    def __str__(self) -> str:
        left_out = f"{self.field}: {self.value} left out" if self.field else "refused"
        return f"line {self.line}: {left_out}: {self.reason}"


@dataclass
class Report:
    """What an import did, so far: of the batches that are written."""

    read: int = 0
    added: int = 0
    refused: int = 0
    left_out: int = 0
    unknown_fields: set[str] = field(default_factory=set)

    @property
    def known(self) -> int:
        """Rows whose movies were there already."""
        return self.read - self.added - self.refused

    def add(self, batch: "Report") -> None:
        self.read += batch.read
        self.added += batch.added
        self.refused += batch.refused
        self.left_out += batch.left_out
        self.unknown_fields |= batch.unknown_fields


Tell = Callable[[Remark], None]


def import_stream(stream: BinaryIO, report: Report, tell: Tell) -> Iterator[int]:
    """Imports a file of NDJSON, a batch in a transaction, and yields how many bytes each batch was.

    Raises NotLinesOfJSON, before anything is written, where the file is of another kind.
    """
    word_ids = WordIds()
    bulk.prepare_connection()
    for number, lines in enumerate(batches_of(lines_of(stream))):
        if number == 0:
            forms.check(line for _, line in lines)
        batch = Report(unknown_fields=report.unknown_fields)
        rows = [row for number, line in lines if (row := row_of(number, line, batch, tell))]
        batch.added = add_missing(rows, word_ids)
        report.add(batch)
        let_others_write()
        reset_queries()  # with DEBUG they would be kept in memory
        yield sum(len(line) for _, line in lines)


def batches_of(lines: Iterable[bytes]) -> Iterator[list[tuple[int, bytes]]]:
    """The lines with their numbers, so many at a time as may be kept in memory."""
    batch, size = list[tuple[int, bytes]](), 0
    for number, line in enumerate(lines, start=1):
        batch.append((number, line))
        size += len(line)
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """The lines; of one that is longer than any may be, so much that it is seen to be."""
    while line := stream.readline(MAX_LINE + 1):
        yield line
        while len(line) >= MAX_LINE and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE)


def row_of(number: int, line: bytes, report: Report, tell: Tell) -> Row | None:
    """The row of a line; None of an empty one and of one that is refused."""
    line = line.removeprefix(BOM_UTF8)
    if len(line) <= MAX_LINE and not line.strip():
        return None
    report.read += 1
    try:
        data = loaded(line)
        note_unknown(data.keys() - FIELDS.keys(), report)
        row, left_out = parse(data)
    except InvalidRow as reason:
        report.refused += 1
        tell(Remark(number, str(reason)))
        return None
    report.left_out += len(left_out)
    for value in left_out:
        tell(Remark(number, value.reason, value.field, value.value))
    return row


def note_unknown(fields: set[str], report: Report) -> None:
    for name in fields:
        if len(report.unknown_fields) < MAX_UNKNOWN_FIELDS:
            report.unknown_fields.add(name[:MAX_FIELD_NAME])
