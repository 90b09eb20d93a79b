"""Importing a catalogue: a million movies at a time, nothing twice, and everything reported that was not taken.

    forms    whether a file is lines of JSON, or what else
    values   what people's programs write for a year, a name …
    rows     what a line of a file says, checked
    batches  a file → batches of rows, each of which is a transaction
    adding   the rows of a batch → movies with everything that belongs to them
    postings their search postings
    bulk     very many rows into one table

A movie is known again by title (without case), year of release and any of its directors (without case). Rows that are
in the catalogue already are left as they are, so a second run of the same file changes nothing, and a run after one
that was killed adds what is missing.
"""

from movies.importing.adding import add_missing
from movies.importing.batches import Remark, Report, import_stream
from movies.importing.forms import NotLinesOfJSON
from movies.importing.rows import Row

__all__ = ["NotLinesOfJSON", "Remark", "Report", "Row", "add_missing", "import_stream"]
