"""The rows of a batch → movies with their directors, genres, statistics, search postings and tallies."""

from collections.abc import Container, Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple
from uuid import uuid4

from django.db import connection, transaction

from movies import search, tallies
from movies.importing import bulk, postings
from movies.importing.rows import Key, Row, folded_name
from movies.models import Director, Genre, Movie, MovieDirector, MovieGenre, MovieStats
from movies.models.catalogue import Named
from rest.chunks import chunks
from rest.database.text import fold_case

# The fields of a row that are columns of its movie as they are.
COPIED = [name for name in Row._fields if name not in ("director", "genres")]
copied = attrgetter(*COPIED)
CHUNK = 2000  # values that one query looks up
IMPORTS = 0x1A9027  # the lock of PostgreSQL's that imports take


class Name(NamedTuple):
    """A director or genre."""

    pk: int
    name: str


@transaction.atomic
def add_missing(rows: Sequence[Row], word_ids: postings.WordIds | None = None) -> int:
    """Adds those of `rows` that the catalogue does not have, with statistics and search postings; how many.

    The order of the tables is that of all writers of the catalogue: directors, genres, movies, words, counts.
    """
    wait_for_other_imports()
    known = of_names(Director, (row.director for row in rows))
    new = unknown(rows, known)
    if not new:
        return 0
    directors = known | create_names(Director, (row.director for row in new), known)
    known = of_names(Genre, (name for row in new for name in row.genres))
    genres = known | create_names(Genre, (name for row in new for name in row.genres), known)
    of_movies = [[genres[key] for key in dict.fromkeys(map(folded_name, row.genres))] for row in new]
    led_by = [directors.get(folded_name(row.director)) for row in new]
    ids = add_movies(new, led_by)
    bulk.insert(MovieStats, ["movie"], ((pk,) for pk in ids))
    of_directors = [(pk, director.pk) for pk, director in zip(ids, led_by, strict=True) if director]
    bulk.insert(MovieDirector, ["movie", "director"], of_directors)
    links = [(pk, genre.pk) for pk, of_movie in zip(ids, of_movies, strict=True) for genre in of_movie]
    bulk.insert(MovieGenre, ["movie", "genre"], links)
    weights = {
        pk: postings.weights(row.title, [director.name] if director else [], (genre.name for genre in of_movie))
        for pk, row, director, of_movie in zip(ids, new, led_by, of_movies, strict=True)
    }
    of_words = postings.insert(weights, word_ids or postings.WordIds())
    check_references()
    search.add_word_counts(of_words)
    counted = tallies.of_movies(ids)
    counted.update(tallies.of_genres(genre_id for _, genre_id in links))
    tallies.add(counted)
    return len(ids)


def wait_for_other_imports() -> None:
    """Two imports take turns, so that neither adds what the other one is adding. On SQLite all writers do anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORTS])


def check_references() -> None:
    """Checks the foreign keys now instead of when we commit, and hold the counts that everybody is waiting for."""
    if connection.vendor == "postgresql":
        connection.check_constraints()


def unknown(rows: Iterable[Row], directors: dict[str, Name]) -> list[Row]:
    """Those of `rows` that are not in the catalogue, which has these directors; once each."""
    by_key: dict[Key, Row] = {}
    for row in rows:
        by_key.setdefault(row.key, row)
    # A movie of somebody who is not there is not there either.
    titles = {title for title, _, director in by_key if not director or director in directors}
    keys = {director.pk: key for key, director in directors.items()}
    for chunk in chunks(titles, CHUNK):
        known = Movie.objects.filter(title_key__in=chunk).order_by()
        for title, day, director_id in known.values_list("title_key", "release_date", "director"):
            if director_id is None or director_id in keys:
                by_key.pop((title, day and day.year, keys.get(director_id, "")), None)
    return list(by_key.values())


def add_movies(rows: Sequence[Row], directors: Sequence[Name | None]) -> list[int]:
    """Their ids."""
    ids = bulk.reserve_ids(Movie, len(rows))
    bulk.insert(
        Movie,
        ["id", "uuid", "title_key", "director", *COPIED],
        (
            (pk, uuid4().hex, fold_case(row.title), director and director.pk, *map(bulk.plain, copied(row)))
            for pk, row, director in zip(ids, rows, directors, strict=True)
        ),
    )
    return ids


def of_names(model: type[Named], names: Iterable[str]) -> dict[str, Name]:
    """The directors or genres of those names that there are, by folded name."""
    return {
        key: Name(pk, name)
        for chunk in chunks(set(map(folded_name, names)), CHUNK)
        for key, pk, name in model.objects.filter(name_key__in=chunk).order_by().values_list("name_key", "pk", "name")
    }


def create_names(model: type[Named], names: Iterable[str], known: Container[str]) -> dict[str, Name]:
    """The others, by folded name. They are created unless somebody else has just done so."""
    new = {key: " ".join(name.split()) for name in names if name and (key := folded_name(name)) not in known}
    # Sorted, so that an import and another writer with new names in common wait for each other instead of deadlocking.
    model.objects.bulk_create((model(name=new[key]) for key in sorted(new)), ignore_conflicts=True)
    return of_names(model, new.values())
