"""Importing a catalogue: many movies at a time, nothing twice, and every refused row reported with its reason.

A movie is known again by title (without case), year of release and director (without case). Rows that are in the
catalogue already are left as they are, so a second run of the same file changes nothing.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from django.db import transaction

from config.text import fold_case
from movies import search, tallies
from movies.models import Director, Genre, Movie, MovieGenre, MovieStats
from movies.models.catalogue import MAX_DESCRIPTION, MAX_MINUTES, MAX_NAME, MAX_NAME_KEY, Named

BATCH = 1000
FIRST_YEAR, LAST_YEAR = 1870, 2100
MAX_GENRES = 50

Key = tuple[str, int | None, str]  # folded title, year, folded director


class Refused(ValueError):
    """A row that cannot be a movie, with the reason."""


@dataclass(frozen=True)
class Row:
    """One movie of a file, checked."""

    title: str
    director: str
    genres: list[str]
    release_date: date | None
    duration: int | None = None
    description: str = ""

    @property
    def key(self) -> Key:
        return fold_case(self.title), self.release_date and self.release_date.year, fold_case(self.director)


@dataclass
class Report:
    """What an import did. `refused` is (line number, reason)."""

    read: int = 0
    added: int = 0
    known: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


# --- Reading --------------------------------------------------------------------------------------------------------


def parse(line: bytes) -> Row:
    """One line of NDJSON. Raises Refused.

    `title` is required; `year` (whole number, becomes the 1st of January) or `release_date` (YYYY-MM-DD), `genres`
    (list of names), `directors` (list, of which the first counts) or `director`, `duration` (minutes) and
    `description` are optional.
    """
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Refused(f"not a line of JSON: {error}") from error
    if not isinstance(data, dict):
        raise Refused("not a JSON object")
    directors = names(data, "directors") or [text(data, "director", MAX_NAME)]
    return Row(
        title=required(text(data, "title", MAX_NAME), "title"),
        director=directors[0],
        genres=names(data, "genres")[:MAX_GENRES],
        release_date=released(data),
        duration=whole(data, "duration", 1, MAX_MINUTES),
        description=text(data, "description", MAX_DESCRIPTION),
    )


def text(data: dict[str, Any], name: str, longest: int) -> str:
    value = data.get(name)
    return "" if value is None else cleaned(value, name, longest)


def cleaned(value: Any, name: str, longest: int) -> str:
    if not isinstance(value, str):
        raise Refused(f"{name}: not a text")
    if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise Refused(f"{name}: holds characters that no text may have")
    if len(value) > longest or (longest == MAX_NAME and len(fold_case(value)) > MAX_NAME_KEY):
        raise Refused(f"{name}: longer than {longest} characters")
    return value.strip()


def required(value: str, name: str) -> str:
    if not value:
        raise Refused(f"{name}: missing")
    return value


def names(data: dict[str, Any], name: str) -> list[str]:
    values = data.get(name) or []
    if not isinstance(values, list):
        raise Refused(f"{name}: not a list")
    return [value for value in (cleaned(value, name, MAX_NAME) for value in values) if value]


def whole(data: dict[str, Any], name: str, least: int, most: int) -> int | None:
    value = data.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Refused(f"{name}: not a whole number from {least} to {most}")
    return value


def released(data: dict[str, Any]) -> date | None:
    if day := text(data, "release_date", 10):
        try:
            return date.fromisoformat(day)
        except ValueError as error:
            raise Refused(f"release_date: {error}") from error
    year = whole(data, "year", FIRST_YEAR, LAST_YEAR)
    return date(year, 1, 1) if year else None


# --- Writing --------------------------------------------------------------------------------------------------------


def import_lines(lines: Iterable[bytes], report: Report) -> Iterator[int]:
    """Imports `lines`, a batch in a transaction, and yields how many lines each batch was."""
    numbered = enumerate(lines, start=1)
    while batch := list(islice(numbered, BATCH)):
        import_batch(batch, report)
        yield len(batch)


def import_batch(lines: list[tuple[int, bytes]], report: Report) -> None:
    rows: dict[Key, Row] = {}
    for number, line in lines:
        if not line.strip():
            continue
        report.read += 1
        try:
            row = parse(line)
        except Refused as reason:
            report.refused.append((number, str(reason)))
            continue
        rows.setdefault(row.key, row)
    added = add_missing(list(rows.values()))
    report.added += added
    report.known = report.read - report.added - len(report.refused)


@transaction.atomic
def add_missing(rows: list[Row]) -> int:
    """Adds those of `rows` that the catalogue does not have, with statistics and search postings; how many."""
    known = known_keys(rows)
    rows = [row for row in rows if row.key not in known]
    directors = by_key(Director, (row.director for row in rows if row.director))
    genres = by_key(Genre, (name for row in rows for name in row.genres))
    movies = [
        Movie(
            title=row.title,
            description=row.description,
            release_date=row.release_date,
            duration=row.duration,
            director=directors.get(fold_case(row.director)),
        )
        for row in rows
    ]
    Movie.objects.bulk_create(movies)
    MovieStats.objects.bulk_create(MovieStats(movie=movie) for movie in movies)
    links = [
        MovieGenre(movie=movie, genre=genres[key])
        for movie, row in zip(movies, rows, strict=True)
        for key in dict.fromkeys(fold_case(name) for name in row.genres)
    ]
    MovieGenre.objects.bulk_create(links)
    search.index(Movie.objects.filter(pk__in=[movie.pk for movie in movies]))
    counted = tallies.of_movies(movie.pk for movie in movies)
    counted.update(tallies.of_genres(link.genre_id for link in links))
    tallies.add(counted)
    return len(movies)


def known_keys(rows: list[Row]) -> set[Key]:
    titles = {fold_case(row.title) for row in rows}
    known = Movie.objects.filter(title_key__in=titles).order_by()
    return {
        (title, day and day.year, director or "")
        for title, day, director in known.values_list("title_key", "release_date", "director__name_key")
    }


RowT = TypeVar("RowT", bound=Named)


def by_key(model: type[RowT], spellings: Iterable[str]) -> dict[str, RowT]:
    """The directors or genres of those names by folded name; new ones are created."""
    wanted = {fold_case(name): " ".join(name.split()) for name in spellings}
    known = {row.name_key: row for row in model.objects.filter(name_key__in=wanted)}
    # Sorted, so that two imports with new names in common wait for each other instead of deadlocking.
    new = [model(name=wanted[key]) for key in sorted(wanted.keys() - known.keys())]
    if new:
        model.objects.bulk_create(new, ignore_conflicts=True)
        known |= {row.name_key: row for row in model.objects.filter(name_key__in=[fold_case(row.name) for row in new])}
    return known
