"""A file → batches, each of which is one transaction, and what became of its rows."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.db import reset_queries

from movies.importing import bulk
from movies.importing.adding import add_missing
from movies.importing.postings import WordIds
from movies.importing.rows import MAX_LINE, InvalidRow, Row, parse

BATCH = 5000  # lines; other writers wait about a second for a batch
BATCH_BYTES = 4 * MAX_LINE  # after which a batch ends early


@dataclass
class Report:
    """What an import did, so far."""

    read: int = 0
    added: int = 0
    refused: int = 0

    @property
    def known(self) -> int:
        """Rows whose movies were there already. Right between batches."""
        return self.read - self.added - self.refused


Refuse = Callable[[int, str], None]  # is told the line number and the reason


def import_stream(stream: BinaryIO, report: Report, refuse: Refuse) -> Iterator[int]:
    """Imports a file of NDJSON, a batch in a transaction, and yields how many bytes each batch was."""
    word_ids = WordIds()
    bulk.enlarge_cache()
    for batch in batches_of(lines_of(stream)):
        rows = [row for number, line in batch if (row := row_of(number, line, report, refuse))]
        report.added += add_missing(rows, word_ids)
        reset_queries()  # with DEBUG they would be kept in memory
        yield sum(len(line) for _, line in batch)


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
        while len(line) > MAX_LINE and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE)


def row_of(number: int, line: bytes, report: Report, refuse: Refuse) -> Row | None:
    """The row of a line; None of an empty one and of one that is refused."""
    if line.isspace() and len(line) <= MAX_LINE:
        return None
    report.read += 1
    try:
        return parse(line)
    except InvalidRow as reason:
        report.refused += 1
        refuse(number, str(reason))
        return None
