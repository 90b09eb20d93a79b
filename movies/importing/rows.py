"""A line of a file, checked: what can be a movie, and why the others cannot."""

import json
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from movies.models.catalogue import MAX_DESCRIPTION, MAX_MINUTES, MAX_NAME, MAX_NAME_KEY
from rest.database.text import fold_case

FIRST_YEAR, LAST_YEAR = 1870, 2100
MAX_GENRES = 50
MAX_LINE = 2**20  # bytes

# What a line may have. The help of `manage.py import_movies` says it too.
FIELDS = (
    "title; year (a whole number) or release_date (YYYY-MM-DD); genres (a list of names); "
    "directors (such a list) or director; duration (in minutes); description. "
    "Only the title is required. A year alone becomes its 1st of January; of several directors the first counts."
)

Key = tuple[str, int | None, str]  # folded title, year, folded director

# Directors and genres come again and again.
folded_name = lru_cache(maxsize=10_000)(fold_case)


class InvalidRow(ValueError):
    """A row that cannot be a movie, with the reason."""


class Row(NamedTuple):
    """One movie of a file, checked."""

    title: str
    director: str
    genres: list[str]
    release_date: date | None
    duration: int | None = None
    description: str = ""

    @property
    def key(self) -> Key:
        year = self.release_date.year if self.release_date else None
        return fold_case(self.title), year, folded_name(self.director)


def parse(line: bytes) -> Row:
    """One line of NDJSON, which is an object with FIELDS. Raises InvalidRow."""
    data = loaded(line)
    directors = names(data, "directors") or [text(data, "director", MAX_NAME)]
    return Row(
        title=required(text(data, "title", MAX_NAME), "title"),
        director=directors[0],
        genres=names(data, "genres")[:MAX_GENRES],
        release_date=released(data),
        duration=whole(data, "duration", 1, MAX_MINUTES),
        description=text(data, "description", MAX_DESCRIPTION),
    )


def loaded(line: bytes) -> dict[str, Any]:
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
    """As Python reads JSON, which takes a few things that are not quite: a byte order mark, NaN, half a surrogate."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidRow(f"not a line of JSON: {error}") from error


def text(data: dict[str, Any], name: str, longest: int) -> str:
    value = data.get(name)
    return "" if value is None else cleaned(value, name, longest)


def cleaned(value: Any, name: str, longest: int) -> str:
    if not isinstance(value, str):
        raise InvalidRow(f"{name}: not a text")
    if "\x00" in value or not is_encodable(value):
        raise InvalidRow(f"{name}: holds characters that no text may have")
    if len(value) > longest or (longest == MAX_NAME and not fits_when_folded(value)):
        raise InvalidRow(f"{name}: longer than {longest} characters")
    return value.strip()


def is_encodable(value: str) -> bool:
    """Whether it is without halves of surrogate pairs."""
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def fits_when_folded(value: str) -> bool:
    return value.isascii() or len(fold_case(value)) <= MAX_NAME_KEY


def required(value: str, name: str) -> str:
    if not value:
        raise InvalidRow(f"{name}: missing")
    return value


def names(data: dict[str, Any], name: str) -> list[str]:
    values = data.get(name) or []
    if not isinstance(values, list):
        raise InvalidRow(f"{name}: not a list")
    return [value for value in (cleaned(value, name, MAX_NAME) for value in values) if value]


def whole(data: dict[str, Any], name: str, least: int, most: int) -> int | None:
    value = data.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InvalidRow(f"{name}: not a whole number from {least} to {most}")
    return value


def released(data: dict[str, Any]) -> date | None:
    if day := text(data, "release_date", 10):
        try:
            return date.fromisoformat(day)
        except ValueError as error:
            raise InvalidRow(f"release_date: {error}") from error
    year = whole(data, "year", FIRST_YEAR, LAST_YEAR)
    return date(year, 1, 1) if year else None
