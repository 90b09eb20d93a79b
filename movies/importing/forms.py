"""Whether a file is lines of JSON; and of one that is something else, what it is and what to do about it."""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable

ITEMS = "import json; [print(json.dumps(film)) for film in json.load(open('films.json', encoding='utf-8-sig'))]"
TABLE = (
    "import csv, json; "
    "[print(json.dumps(film)) for film in csv.DictReader(open('films.csv', encoding='utf-8-sig', newline=''))]"
)
UTF_16 = "UTF-16. Save it in UTF-8, or: iconv -f UTF-16 -t UTF-8 films.ndjson > films-utf8.ndjson"

# How files begin, and what they are then.
BEGINNINGS = {
    b"\x1f\x8b": "compressed (gzip). Unpack it on the way: zcat films.ndjson.gz | make import FILE=-",
    b"PK\x03\x04": "a ZIP archive (or a spreadsheet, which is one). Unpack it, or save the table as CSV",
    b"BZh": "compressed (bzip2). Unpack it on the way: bzcat films.ndjson.bz2 | make import FILE=-",
    b"\xfd7zXZ": "compressed (xz). Unpack it on the way: xzcat films.ndjson.xz | make import FILE=-",
    b"\x28\xb5\x2f\xfd": "compressed (zstd). Unpack it on the way: zstdcat films.ndjson.zst | make import FILE=-",
    b"SQLite format 3": "an SQLite database. Export its films as one JSON object a line",
    b"%PDF": "a PDF document",
    BOM_UTF16_LE: UTF_16,
    BOM_UTF16_BE: UTF_16,
    b"<": "HTML or XML; was the page of an error or a login saved instead of the file?",
    b"[": f'a JSON array. Write each of its items into a line: python3 -c "{ITEMS}" > films.ndjson',
}
WHOLE_OBJECT = "one JSON value on several lines. Write each film into one line: jq -c . films.json > films.ndjson"
BINARY = "not text"
A_TABLE = f'a table (CSV or TSV). Name its columns as the import does, and: python3 -c "{TABLE}" > films.ndjson'
ANYTHING = "none whose lines begin with {"


class NotLinesOfJSON(ValueError):
    """A file of another kind: what it is, and what to do."""


def check(lines: Iterable[bytes]) -> None:
    """Raises NotLinesOfJSON where a file that begins with these lines is something else. A blank one passes."""
    filled = [line.removeprefix(BOM_UTF8).strip() for line in lines]
    filled = [line for line in filled if line]
    if filled and (found := kind(filled)):
        raise NotLinesOfJSON(f"The import reads one JSON object a line. The file is {found}")


def kind(lines: list[bytes]) -> str | None:
    """What the file is instead, which begins with these lines."""
    first = lines[0]
    for beginning, found in BEGINNINGS.items():
        if first.startswith(beginning):
            return found
    if first.count(b"\x00") >= len(first) // 3 > 0:
        return UTF_16
    if first == b"{":
        return WHOLE_OBJECT
    if any(line.startswith(b"{") for line in lines):
        return None  # lines that are no objects are refused one by one
    if any(b"\x00" in line for line in lines):
        return BINARY
    return A_TABLE if any(separator in first for separator in (b",", b"\t", b";")) else ANYTHING
