"""Single values of a row, as people's programs write them.

What is unambiguous is taken: `1995.0`, `"1995"`, a date with its time. Of anything else `Unusable` says why not.
"""

import re
from datetime import date
from math import isnan
from typing import Any

from movies.models.catalogue import MAX_NAME, MAX_NAME_KEY
from rest.database.text import fold_case, is_blank

FIRST_YEAR, LAST_YEAR = 1870, 2100

# How spreadsheets, data frames and databases write that they do not know.
NOTHING = frozenset({"", "nan", "NaN", "None", "null", "NULL", "N/A", "\\N"})
WHOLE = re.compile(r"(\d{1,9})(?:\.0*)?", re.ASCII)
YEAR = re.compile(r"\d{4}(?:\.0*)?", re.ASCII)
MINUTES = re.compile(r"\s*(?:m|mins?|minutes?)\.?$", re.IGNORECASE)
DAY_AND_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}[\d:.]*\s*(?:Z|UTC|[+-]\d{2}:?\d{2})?", re.ASCII)
BETWEEN_GENRES = re.compile(r"[,|]")
BETWEEN_DIRECTORS = re.compile(r"[;|]")  # in their names commas stand: "Lee, Ang"


class Unusable(ValueError):
    """A value that a movie cannot have, with the reason."""


def is_nothing(value: Any) -> bool:
    """Whether it only says that there is no value."""
    if isinstance(value, str):
        return value.strip() in NOTHING or shows_nothing(value)
    return value is None or (isinstance(value, float) and isnan(value))


def text(value: Any, longest: int) -> str:
    if not isinstance(value, str):
        raise Unusable("not a text")
    if "\x00" in value or not is_encodable(value):
        raise Unusable("holds characters that no text may have")
    if len(value) > longest:
        raise Unusable(f"longer than {longest} characters")
    return "" if shows_nothing(value) else value.strip()


def shows_nothing(value: str) -> bool:
    """Whether a text is blank; nearly all texts are ASCII, of which `strip()` leaves nothing that cannot be seen."""
    return not value.isascii() and is_blank(value)


def is_encodable(value: str) -> bool:
    """Whether it is without halves of surrogate pairs."""
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def name(value: Any) -> str:
    """A name, or an object that has one, as other APIs list genres."""
    found = text(value["name"] if isinstance(value, dict) and "name" in value else value, MAX_NAME)
    if not found.isascii() and len(fold_case(found)) > MAX_NAME_KEY:
        raise Unusable(f"longer than {MAX_NAME} characters")
    return found


def title(value: Any) -> str:
    """A name, also one that a program took for a number: 1917."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1
    return name(str(int(value)) if is_number else value)


def listed(value: Any, separators: re.Pattern[str]) -> list[Any]:
    """The members of a list, or of a text that is one. Anything else is a list of one."""
    if isinstance(value, list):
        return value
    if isinstance(value, str) and value.lstrip().startswith(("[", "{")):
        raise Unusable("a list that is written as a text")
    return separators.split(value) if isinstance(value, str) else [value]


def whole(value: Any, least: int, most: int) -> int:
    number = value
    if isinstance(value, str) and (match := WHOLE.fullmatch(value.strip())):
        number = int(match[1])
    elif isinstance(value, float) and value.is_integer():
        number = int(value)
    if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
        raise Unusable(f"not a whole number from {least} to {most}")
    return number


def minutes(value: Any, most: int) -> int:
    """A number, or one with its unit: "117 min"."""
    return whole(MINUTES.sub("", value) if isinstance(value, str) else value, 1, most)


def year(value: Any) -> date:
    """A year, as its first day (docs/decisions/0009-year-only-dates.md)."""
    return date(whole(value, FIRST_YEAR, LAST_YEAR), 1, 1)


def day(value: Any) -> date:
    """A day, whose time is left out, or only its year."""
    written = value.strip() if isinstance(value, str) else value
    try:
        if not isinstance(written, str) or YEAR.fullmatch(written):
            return year(written)
        match = DAY_AND_TIME.fullmatch(written)
        return date.fromisoformat(match[1] if match else written)
    except ValueError as error:
        raise Unusable("not a date like 1979-05-25") from error
