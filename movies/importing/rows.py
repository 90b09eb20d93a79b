"""A line of a file, checked: what can be a movie, what of it cannot be kept, and why."""

import json
import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache, partial
from reprlib import Repr
from typing import Any, NamedTuple, TypeVar

import orjson

from movies.importing import values
from movies.importing.values import Unusable
from movies.models.catalogue import MAX_DESCRIPTION, MAX_MINUTES, MAX_NAMES
from rest.database.text import fold_case

MAX_LINE = 2**20  # bytes

# What a line may have. The help of `manage.py import_movies` says it too.
FIELDS = {
    "title": "the only one that is required",
    "year": "which becomes its 1st of January",
    "release_date": "as YYYY-MM-DD, instead of a year",
    "genres": "a list of names, or a text with commas",
    "directors": "a list of names, or a text with bars or semicolons",
    "director": "a name, instead of such a list",
    "duration": "in minutes",
    "description": "a text",
}

T = TypeVar("T")
Key = tuple[str, int | None, str]  # folded title, year, folded director ("": nobody)

# Directors and genres come again and again.
folded_name = lru_cache(maxsize=10_000)(fold_case)

# Values as people are shown them: short, and without characters that a terminal obeys.
SHORTENED = Repr()
SHORTENED.maxstring = SHORTENED.maxother = 60
SHORTENED.maxlist = SHORTENED.maxdict = 3
SHORTENED.maxlevel = 2


class InvalidRow(ValueError):
    """A row that cannot be a movie, with the reason."""


class Row(NamedTuple):
    """One movie of a file, checked."""

    title: str
    directors: list[str]
    genres: list[str]
    release_date: date | None
    duration: int | None = None
    description: str = ""

    @property
    def keys(self) -> list[Key]:
        """One for each director: movies that have one in common are the same."""
        title, year = fold_case(self.title), self.release_date.year if self.release_date else None
        return [(title, year, folded_name(director)) for director in self.directors or [""]]


class LeftOut(NamedTuple):
    """A value that its movie is added without."""

    field: str
    value: str  # shortened
    reason: str


class Line:
    """The values of one line. Those that cannot be used are in `left_out` afterwards."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data, self.left_out = data, list[LeftOut]()

    def one(self, field: str, read: Callable[[Any], T]) -> T | None:
        """The value of a field; None where there is none that can be used."""
        value = self.data.get(field)
        return None if value is None else self.take(field, value, read)

    def several(self, field: str, separators: re.Pattern[str]) -> list[str]:
        """The names in a field, in their order."""
        members = self.one(field, partial(values.listed, separators=separators)) or []
        names = [name for member in members if (name := self.take(field, member, values.name))]
        if len(names) > MAX_NAMES:
            self.leave_out(field, names[MAX_NAMES:], f"beyond the first {MAX_NAMES}")
        return names[:MAX_NAMES]

    def take(self, field: str, value: Any, read: Callable[[Any], T]) -> T | None:
        if values.is_nothing(value):
            return None
        try:
            return read(value)
        except Unusable as reason:
            self.leave_out(field, value, str(reason))
            return None

    def leave_out(self, field: str, value: Any, reason: str) -> None:
        self.left_out.append(LeftOut(field, SHORTENED.repr(value), reason))


def parse(data: dict[str, Any]) -> tuple[Row, list[LeftOut]]:
    """The movie of one line, an object with FIELDS, and what it is without. Raises InvalidRow."""
    line = Line(data)
    row = Row(
        title=title(data),
        directors=directors(line),
        genres=line.several("genres", values.BETWEEN_GENRES),
        release_date=line.one("release_date", values.day) or line.one("year", values.year),
        duration=line.one("duration", partial(values.minutes, most=MAX_MINUTES)),
        description=line.one("description", partial(values.text, longest=MAX_DESCRIPTION)) or "",
    )
    return row, line.left_out


def title(data: dict[str, Any]) -> str:
    try:
        found = None if data.get("title") is None else values.title(data["title"])
    except Unusable as reason:
        raise InvalidRow(f"title: {reason}") from reason
    if not found:
        raise InvalidRow("title: missing")
    return found


def directors(line: Line) -> list[str]:
    """The list, or else the one. Where there are both, the one has to be in the list."""
    names, one = (line.several(field, values.BETWEEN_DIRECTORS) for field in ("directors", "director"))
    if names and not {*map(folded_name, one)} <= {*map(folded_name, names)}:
        line.leave_out("director", line.data["director"], "not among the `directors`")
    return names or one


def loaded(line: bytes) -> dict[str, Any]:
    """The object of one line of NDJSON. Raises InvalidRow."""
    if len(line) > MAX_LINE:
        raise InvalidRow(f"longer than {MAX_LINE} bytes")
    try:
        data = orjson.loads(line)
    except ValueError:
        data = loaded_slowly(line)
    if not isinstance(data, dict):
        raise InvalidRow("not a JSON object")
    return data


def loaded_slowly(line: bytes) -> Any:
    """As Python reads JSON, which takes a few things that are not quite: NaN, half a surrogate."""
    try:
        return json.loads(line)
    except UnicodeDecodeError as error:
        raise InvalidRow(f"not in UTF-8: {error}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidRow(f"not a line of JSON: {error}") from error
