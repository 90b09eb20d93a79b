"""The read model: movies as the lists and details show them, in one statement however many they are.

Everything that reads movies for a client ends here: the ORM (or search, or a ranking) says which ids, in which order,
and `read()` fetches what a representation needs. The statement is written by hand because the ORM's row work was most
of a page's time; `movies/tests/test_catalogue.py` holds every answer to the ORM's. It needs no prepared statement and
no session state, so a pooler in transaction mode may sit in between.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from rest_framework import serializers


class Named(NamedTuple):
    """A director or genre, as their fields represent them."""

    pk: int
    name: str
    created_at: datetime | None = None
    updated_at: datetime | None = None


class AddedBy(NamedTuple):
    pk: int
    username: str


class Card(NamedTuple):
    """One movie as its reader sees it. The names are those of the serializers' sources."""

    id: int
    uuid: UUID
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
    favorite: bool
    liked: bool
    my_half_stars: int | None
    director: Named | None
    user: AddedBy | None
    genre_list: list[Named]


PLAIN = """
    m.id, m.uuid, m.title, m.description, m.release_date, m.duration, m.cover_image, m.created_at, m.updated_at,
    s.average_rating, s.ratings_count, s.likes_count, s.favorites_count, s.comments_count"""
NOBODYS = "false, false, NULL"
CALLERS = """
    EXISTS (SELECT 1 FROM movies_favorite o WHERE o.user_id = %(user)s AND o.movie_id = m.id),
    EXISTS (SELECT 1 FROM movies_like o WHERE o.user_id = %(user)s AND o.movie_id = m.id),
    (SELECT o.half_stars FROM movies_rating o WHERE o.user_id = %(user)s AND o.movie_id = m.id)"""
RELATED = "d.id, d.name, d.created_at, d.updated_at, u.id, u.username"
GENRES = {
    "postgresql": """(SELECT json_agg(json_build_array(g.id, g.name) ORDER BY l.id)::text
        FROM movies_moviegenre l JOIN movies_genre g ON g.id = l.genre_id WHERE l.movie_id = m.id)""",
    "sqlite": """(SELECT json_group_array(json_array(id, name)) FROM (SELECT g.id, g.name
        FROM movies_moviegenre l JOIN movies_genre g ON g.id = l.genre_id WHERE l.movie_id = m.id ORDER BY l.id))""",
}
CHOSEN = {"postgresql": "m.id = ANY(%(ids)s)", "sqlite": "m.id IN (SELECT value FROM json_each(%(ids)s))"}
STATEMENT = """
    SELECT {plain}, {own}, {related}, {genres}
    FROM movies_movie m JOIN movies_moviestats s ON s.movie_id = m.id
    LEFT JOIN movies_director d ON d.id = m.director_id LEFT JOIN accounts_user u ON u.id = m.user_id
    WHERE {chosen}"""


def read(ids: Sequence[int], viewer: Any) -> list[Card]:
    """The movies of `ids` in that order, as `viewer` (a user, or anonymous) sees them, less those that are gone."""
    if not ids:
        return []
    vendor, user = connection.vendor, viewer.pk if viewer.is_authenticated else None
    statement = STATEMENT.format(
        plain=PLAIN,
        own=NOBODYS if user is None else CALLERS,
        related=RELATED,
        genres=GENRES[vendor],
        chosen=CHOSEN[vendor],
    )
    chosen = list(ids) if vendor == "postgresql" else json.dumps(list(ids))
    with connection.cursor() as cursor:
        cursor.execute(statement, {"ids": chosen, "user": user})
        card = as_card if vendor == "postgresql" else as_card_of_sqlite
        cards = {row[0]: card(row) for row in cursor.fetchall()}
    return [cards[pk] for pk in ids if pk in cards]


def as_card(row: tuple[Any, ...]) -> Card:
    return Card(
        *row[:17],
        Named(*row[17:21]) if row[17] is not None else None,
        AddedBy(*row[21:23]) if row[21] is not None else None,
        [Named(*genre) for genre in json.loads(row[23])] if row[23] else [],
    )


def as_card_of_sqlite(row: tuple[Any, ...]) -> Card:
    """SQLite has neither UUIDs nor time zones nor truth values of its own."""
    plain = [*row]
    plain[1] = UUID(plain[1])
    for column in (7, 8, 19, 20):
        plain[column] = plain[column] and plain[column].replace(tzinfo=UTC)
    plain[14:16] = [bool(mark) for mark in plain[14:16]]
    return as_card(tuple(plain))


# --- Shapes ---------------------------------------------------------------------------------------------------------

Shape = Callable[[Card, Callable[[str], str]], dict[str, Any]]
# Their values go to the renderer as they are, which writes dates, times and UUIDs as REST framework does.
AS_THEY_ARE = (
    serializers.CharField,
    serializers.IntegerField,
    serializers.BooleanField,
    serializers.DateField,
    serializers.DateTimeField,
    serializers.UUIDField,
)


@cache
def shape_of(serializer_class: type[serializers.Serializer]) -> Shape:
    """What the serializer's `to_representation()` does, with the decisions about fields and sources made once.

    The shape takes a card and a function that gives a stored file's address.
    """
    fields = {name: field for name, field in serializer_class().fields.items() if not field.write_only}
    parts = [
        (name, attrgetter(field.source.removeprefix("stats.")), converter(field)) for name, field in fields.items()
    ]
    files = {name for name, field in fields.items() if isinstance(field, serializers.FileField)}

    def shape(card: Card, address_of: Callable[[str], str]) -> dict[str, Any]:
        representation = {}
        for name, value_of, convert in parts:
            value = value_of(card)
            representation[name] = value if value is None or convert is None else convert(value)
        for name in files:
            representation[name] = address_of(representation[name]) if representation[name] else None
        return representation

    return shape


def source_of(field: serializers.Field) -> str:
    return str(field.source).removeprefix("stats.")


def converter(field: serializers.Field) -> Callable[[Any], Any] | None:
    is_plain = type(field).to_representation in {kind.to_representation for kind in AS_THEY_ARE}
    return None if is_plain or isinstance(field, serializers.FileField) else field.to_representation
