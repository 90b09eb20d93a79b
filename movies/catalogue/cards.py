"""Movies as the lists and details show them: one statement, however many they are.

The statement is written by hand because the ORM's row work was most of a page's time;
`movies/tests/test_catalogue.py` holds every answer to the ORM's.
"""

import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from config.statements import Statement, by_name, named, rows_of
from movies.models import Genre, Tally


class GenreName(NamedTuple):
    """A genre, as its field represents it."""

    pk: int
    name: str


class DirectorName(NamedTuple):
    """A director, as its field represents it. Few look at the times, so they stay what the driver gave."""

    pk: int
    name: str
    created: str | datetime
    updated: str | datetime

    @property
    def created_at(self) -> datetime:
        return moment(self.created)

    @property
    def updated_at(self) -> datetime:
        return moment(self.updated)


def moment(value: str | datetime) -> datetime:
    value = datetime.fromisoformat(value) if isinstance(value, str) else value
    return value if value.tzinfo else value.replace(tzinfo=UTC)


class AddedBy(NamedTuple):
    pk: int
    username: str


class Card(NamedTuple):
    """One movie as its reader sees it. The names are those of the serializers' sources."""

    id: int
    uuid: str
    title: str
    description: str
    release_date: date | None
    duration: int | None
    cover_image: str | None  # the file's name
    created_at: datetime
    updated_at: datetime
    average_rating: float
    ratings_count: int
    likes_count: int
    favorites_count: int
    comments_count: int
    director: DirectorName | None
    user: AddedBy | None
    genre_list: list[GenreName]
    favorite: bool = False
    liked: bool = False
    my_half_stars: int | None = None
    shown: dict[Any, Any] | None = None  # how it was represented before, if it is kept: see Recent


# --- The statement --------------------------------------------------------------------------------------------------

# name → (type, expression)
PLAIN = {
    "id": ("bigint", "m.id"),
    "uuid": ("text", "m.uuid::text"),
    "title": ("varchar", "m.title"),
    "description": ("text", "m.description"),
    "release_date": ("date", "m.release_date"),
    "duration": ("integer", "m.duration"),
    "cover_image": ("varchar", "m.cover_image"),
    "created_at": ("timestamptz", "m.created_at"),
    "updated_at": ("timestamptz", "m.updated_at"),
    "average_rating": ("float8", "s.average_rating"),
    "ratings_count": ("integer", "s.ratings_count"),
    "likes_count": ("integer", "s.likes_count"),
    "favorites_count": ("integer", "s.favorites_count"),
    "comments_count": ("integer", "s.comments_count"),
}
CALLERS = {
    "favorite": (
        "boolean",
        "EXISTS (SELECT 1 FROM movies_favorite o WHERE o.user_id = {viewer} AND o.movie_id = m.id)",
    ),
    "liked": ("boolean", "EXISTS (SELECT 1 FROM movies_like o WHERE o.user_id = {viewer} AND o.movie_id = m.id)"),
    "my_half_stars": (
        "smallint",
        "(SELECT o.half_stars FROM movies_rating o WHERE o.user_id = {viewer} AND o.movie_id = m.id)",
    ),
}
RELATED = {
    "director_id": ("bigint", "d.id"),
    "director_name": ("varchar", "d.name"),
    "director_created_at": ("text", "d.created_at::text"),
    "director_updated_at": ("text", "d.updated_at::text"),
    "user_id": ("bigint", "u.id"),
    "username": ("varchar", "u.username"),
}
LINKS = "FROM movies_moviegenre l WHERE l.movie_id = m.id ORDER BY l.id"
GENRES = {
    "postgresql": f"ARRAY(SELECT l.genre_id {LINKS})",
    "sqlite": f"(SELECT json_group_array(genre_id) FROM (SELECT l.genre_id {LINKS}))",
}
RENAMED = f"(SELECT t.count FROM movies_tally t WHERE t.kind = {Tally.Kind.RENAMED_GENRES:d} AND t.key = 0)"
CHOSEN = {
    "postgresql": "unnest(chosen_ids) WITH ORDINALITY AS chosen (id, place)",
    "sqlite": "(SELECT value AS id, key AS place FROM json_each($1)) AS chosen",
}
TEXT = """
    SELECT {columns} FROM {chosen} JOIN movies_movie m ON m.id = chosen.id
    JOIN movies_moviestats s ON s.movie_id = m.id
    LEFT JOIN movies_director d ON d.id = m.director_id LEFT JOIN accounts_user u ON u.id = m.user_id
    ORDER BY chosen.place"""


class Cards:
    """The cards of what a query chooses: of the ids that `choose` gives, in its order.

    PostgreSQL chooses and shows in one function; `total`, an expression, tells how many there are in all. SQLite is
    in our process, so that two statements cost it as little as one. Without `choose` the ids are given.
    """

    def __init__(self, name: str, *, parameters: Sequence[str] = (), choose: str = "", total: str = "0") -> None:
        self.choice = named(f"SELECT c.*, {total} FROM ({choose}) AS c")
        chosen = f"ARRAY({choose})" if choose else "$1"
        parameters = parameters or ["bigint[]"]
        self.nobodys = statement(name, {}, parameters, chosen, total)
        self.callers = statement(f"{name}_own", CALLERS, [*parameters, "bigint"], chosen, total)

    def of(self, viewer: Any, *values: Any) -> tuple[list[Card], int]:
        """The cards as `viewer` (a user, or anonymous) sees them; and the total, if there is a card."""
        if connection.vendor == "postgresql":
            rows = self.rows(viewer, *values)
            return [as_card(row) for row in rows], rows[0][TOTAL] if rows else 0
        found = rows_of(self.choice, by_name(values))
        return self.given(viewer, [pk for pk, _ in found]), found[0][1] if found else 0

    def given(self, viewer: Any, ids: Sequence[int]) -> list[Card]:
        """The cards of these ids."""
        if connection.vendor == "postgresql":
            return [as_card(row) for row in self.rows(viewer, list(ids))]
        return [as_card(as_postgresql_gives(row)) for row in self.rows(viewer, json.dumps(list(ids)))]

    def rows(self, viewer: Any, *values: Any) -> list[tuple[Any, ...]]:
        if viewer.is_authenticated:
            return self.callers.rows(*values, viewer.pk)
        return self.nobodys.rows(*values)


def statement(
    name: str, own: dict[str, tuple[str, str]], parameters: Sequence[str], chosen: str, total: str
) -> Statement:
    def columns(vendor: str, total: str) -> dict[str, tuple[str, str]]:
        kept = {"renamed_genres": ("bigint", RENAMED), "total": ("bigint", f"CAST({total} AS bigint)")}
        return {**PLAIN, **RELATED, "genre_ids": ("bigint[]", GENRES[vendor]), **kept, **own}

    def text(vendor: str, viewer: str, total: str) -> str:
        shown = ", ".join(expression for _, expression in columns(vendor, total).values())
        return TEXT.format(columns=shown.replace("{viewer}", viewer), chosen=CHOSEN[vendor])

    return Statement(
        name,
        parameters=parameters,
        columns={column: kind for column, (kind, _) in columns("postgresql", total).items()},
        postgresql=text("postgresql", f"${len(parameters)}", total),
        sqlite=re.sub(r"::\w+", "", text("sqlite", "$2", "0")),
        choose=chosen,
    )


GIVEN = Cards("cards")


def read(ids: Sequence[int], viewer: Any) -> list[Card]:
    """The movies of `ids` in that order, as `viewer` (a user, or anonymous) sees them, less those that are gone."""
    return GIVEN.given(viewer, ids) if ids else []


# Where a row has what: the plain columns, director, user, genres, whether these are current, the total, the caller's.
CREATED, UPDATED = 7, 8
DIRECTOR, USER, GENRE_IDS, RENAMINGS, TOTAL, OWN = 14, 18, 20, 21, 22, 23


def as_postgresql_gives(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """SQLite has neither UUIDs nor time zones, truth values nor arrays of its own."""
    values = [*row]
    values[1] = str(UUID(values[1]))
    for column in (CREATED, UPDATED):
        values[column] = values[column].replace(tzinfo=UTC)
    values[GENRE_IDS] = json.loads(values[GENRE_IDS])
    values[OWN : OWN + 2] = [bool(mark) for mark in values[OWN : OWN + 2]]
    return tuple(values)


def as_card(row: tuple[Any, ...]) -> Card:
    """The card of a row; the same one as before where an anonymous reader has just seen exactly this row."""
    if len(row) > OWN:
        return made_of(row, *row[OWN:])
    kept = recent.get(row[0])
    if kept is not None and kept[0] == row:
        return kept[1]
    card = made_of(row, False, False, None, {})
    recent.keep(row[0], (row, card))
    return card


def made_of(row: tuple[Any, ...], *own: Any) -> Card:
    director = DirectorName._make(row[DIRECTOR:USER]) if row[DIRECTOR] is not None else None
    user = AddedBy._make(row[USER:GENRE_IDS]) if row[USER] is not None else None
    ids = row[GENRE_IDS]
    return Card(*row[:DIRECTOR], director, user, genres.named(ids, row[RENAMINGS]) if ids else [], *own)


class Recent:
    """The movies shown lately, with the rows they were made of, so that the same row need not be represented again.

    Nothing has to be invalidated: whatever changes about a movie, its row is another one.
    """

    SIZE = 4096  # rows of a generation, about 2 kB each with what is kept about them

    def __init__(self) -> None:
        self.young: dict[int, Any] = {}
        self.old: dict[int, Any] = {}

    def get(self, pk: int) -> Any:
        return self.young.get(pk) or self.old.get(pk)

    def keep(self, pk: int, value: Any) -> None:
        if len(self.young) >= self.SIZE:
            self.old, self.young = self.young, {}
        self.young[pk] = value


recent = Recent()


# --- Genres ---------------------------------------------------------------------------------------------------------


class GenresInMemory:
    """The few genres by id, so that a page need not join them. Each row tells whether a name has changed since."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.renamed: int | None = -1
        self.by_id: dict[int, GenreName] = {}

    def named(self, ids: Sequence[int], renamed: int | None) -> list[GenreName]:
        by_id = self.by_id
        if renamed != self.renamed or any(pk not in by_id for pk in ids):
            by_id = self.load(renamed)
        return [by_id[pk] for pk in ids]

    def load(self, renamed: int | None) -> dict[int, GenreName]:
        # What is read now may be newer than `renamed`, never older; the next row then says so and we read again.
        self.by_id = {pk: GenreName(pk, name) for pk, name in Genre.objects.order_by().values_list("pk", "name")}
        self.renamed = renamed
        return self.by_id


genres = GenresInMemory()
