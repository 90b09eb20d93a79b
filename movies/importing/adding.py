"""The rows of a batch → movies with their directors, genres, statistics, search postings and tallies."""

from collections.abc import Container, Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple
from uuid import uuid4

from django.db import connection, transaction

from movies import search, tallies
from movies.importing import bulk, postings
from movies.importing.rows import Key, Row, folded_name
from movies.models import Director, Genre, GenreAlias, Movie, MovieDirector, MovieGenre, MovieStats
from movies.models.catalogue import Named
from movies.naming import keep_names
from rest.chunks import chunks
from rest.database.locks import wait_for_turn
from rest.database.text import folded_fields

# The fields of a row that are columns of its movie as they are.
COPIED = [name for name in Row._fields if name not in ("directors", "genres")]
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
    keep_names()
    known = of_names(Director, (name for row in rows for name in row.directors))
    new = unknown(rows, known)
    if not new:
        return 0
    directors = known | create_names(Director, (name for row in new for name in row.directors), known)
    genres = genres_of(name for row in new for name in row.genres)
    led_by = [once_each(row.directors, directors) for row in new]
    of_genres = [once_each(row.genres, genres) for row in new]
    ids = add_movies(new, led_by)
    bulk.insert(MovieStats, ["movie"], ((pk,) for pk in ids))
    bulk.insert(MovieDirector, ["movie", "director"], links(ids, led_by))
    bulk.insert(MovieGenre, ["movie", "genre"], links(ids, of_genres))
    aliases = GenreAlias.objects.by_genre()
    weights = {
        pk: postings.weights(row.title, row.release_date, texts(directed), texts(sorts), aliases)
        for pk, row, directed, sorts in zip(ids, new, led_by, of_genres, strict=True)
    }
    of_words = postings.insert(weights, word_ids or postings.WordIds())
    check_references()
    search.add_word_counts(of_words)
    counted = tallies.of_movies(ids)
    counted.update(tallies.of_genres(genre.pk for names in of_genres for genre in names))
    tallies.add(counted)
    return len(ids)


def wait_for_other_imports() -> None:
    """Two imports take turns, so that neither adds what the other one is adding."""
    wait_for_turn(IMPORTS)


def check_references() -> None:
    """Checks the foreign keys now instead of when we commit, and hold the counts that everybody is waiting for."""
    if connection.vendor == "postgresql":
        connection.check_constraints()


def unknown(rows: Sequence[Row], directors: dict[str, Name]) -> list[Row]:
    """Those of `rows` that are not in the catalogue, which has these directors; once each."""
    keys = [row.keys for row in rows]
    # A movie of somebody who is not there is not there either.
    titles = {title for of_row in keys for title, _, director in of_row if not director or director in directors}
    known, new = keys_of(titles, directors), list[Row]()
    for row, of_row in zip(rows, keys, strict=True):
        if known.isdisjoint(of_row):
            new.append(row)
            known.update(of_row)
    return new


def keys_of(titles: Iterable[str], directors: dict[str, Name]) -> set[Key]:
    """The keys of the movies of these titles, as far as they are by these directors or by nobody."""
    names: dict[int | None, str] = {None: ""}
    names.update((director.pk, key) for key, director in directors.items())
    found = set[Key]()
    for chunk in chunks(titles, CHUNK):
        movies = Movie.objects.filter(title_key__in=chunk).order_by()
        for title, day, *ids in movies.values_list("title_key", "release_date", "director", "directors"):
            of_movie = set(ids) - {None} or {None}
            found.update((title, day and day.year, names[pk]) for pk in of_movie if pk in names)
    return found


def once_each(texts: Iterable[str], names: dict[str, Name]) -> list[Name]:
    """Those of the names that these texts are, in their order."""
    return list(dict.fromkeys(names[folded_name(text)] for text in texts))


def texts(names: Iterable[Name]) -> list[str]:
    return [name.name for name in names]


def links(ids: Sequence[int], names: Sequence[Sequence[Name]]) -> list[tuple[int, int]]:
    """The rows that link each movie to its names."""
    return [(pk, name.pk) for pk, of_movie in zip(ids, names, strict=True) for name in of_movie]


def add_movies(rows: Sequence[Row], directors: Sequence[Sequence[Name]]) -> list[int]:
    """Their ids. With each movie are kept its first director, and whether there are others."""
    of_title = folded_fields(Movie, of=["title"])
    ids = bulk.reserve_ids(Movie, len(rows))
    bulk.insert(
        Movie,
        ["id", "uuid", *(field.name for field in of_title), "director", "is_co_directed", *COPIED],
        (
            (
                pk,
                uuid4().hex,
                *(field.folded(row.title) for field in of_title),
                names[0].pk if names else None,
                len(names) > 1,
                *map(bulk.plain, copied(row)),
            )
            for pk, row, names in zip(ids, rows, directors, strict=True)
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


def genres_of(names: Iterable[str]) -> dict[str, Name]:
    """The genres of those names, by folded name: those that there are, by their usual other names, or new ones."""
    wanted = {folded_name(name): name for name in names}
    known = of_names(Genre, wanted.values())
    usual = GenreAlias.objects.usual_names([name for key, name in wanted.items() if key not in known])
    meant = {key: usual.get(name, name) for key, name in wanted.items() if key not in known}
    known |= of_names(Genre, meant.values())
    known |= create_names(Genre, meant.values(), known)
    return known | {key: known[folded_name(name)] for key, name in meant.items()}


def create_names(model: type[Named], names: Iterable[str], known: Container[str]) -> dict[str, Name]:
    """The others, by folded name. They are created unless somebody else has just done so."""
    new: dict[str, str] = {}
    for name in names:
        if name and (key := folded_name(name)) not in known:
            new.setdefault(key, " ".join(name.split()))
    # Sorted, so that an import and another writer with new names in common wait for each other instead of deadlocking.
    model.objects.bulk_create((model(name=new[key]) for key in sorted(new)), ignore_conflicts=True)
    return of_names(model, new.values())
