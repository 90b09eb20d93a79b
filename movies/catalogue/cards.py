"""A movie as lists and details show it: Card declares all that they can show, and what movies can be ordered by."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, NamedTuple, get_type_hints

import orjson

from movies.models import Genre, GenreRevision

# --- What a card is made of -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """A column of the statement that reads cards (`movies.catalogue.queries`).

    Expressions know the movie as m, its statistics as s, its director as d, who added it as u, and the id of who asks
    as {viewer}. Dates, times, UUIDs and lists come as text: making objects of them would be most of the driver's time,
    and a row that is known (`movies.catalogue.rows`) needs none.
    """

    type: str  # PostgreSQL's
    postgresql: str
    sqlite: str = ""  # empty where both databases understand the same

    def expression(self, vendor: str) -> str:
        return self.sqlite if vendor == "sqlite" and self.sqlite else self.postgresql


@dataclass(frozen=True)
class Source:
    """Where a field of Card comes from. A field whose first column is null is None."""

    columns: dict[str, Column]  # by name, which fields may have in common; "" stands for the field's own
    convert: Callable[..., Any] | None = None  # from the columns' values to the field's; None: as it is
    is_personal: bool = False  # whether it differs from caller to caller
    sort_by: str = ""  # the ORM's path of what orders movies by this field; empty where nothing does


def column(type: str, expression: str, convert: Callable[[Any], Any] | None = None, *, sort_by: str = "") -> Source:
    return Source({"": Column(type, expression)}, convert, sort_by=sort_by)


def counted(type: str, name: str) -> Source:
    """A column of the statistics, by which movies can be ordered."""
    return column(type, f"s.{name}", sort_by=f"stats__{name}")


def personal(type: str, expression: str, convert: Callable[[Any], Any] | None = None) -> Source:
    return Source({"": Column(type, expression)}, convert, is_personal=True)


def parse_datetime(text: str) -> datetime:
    """A time as either database writes it: PostgreSQL with its zone, SQLite in UTC without saying so."""
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def dashed(uuid: str) -> str:
    """A UUID as PostgreSQL writes it; SQLite keeps the digits alone."""
    return uuid if "-" in uuid else f"{uuid[:8]}-{uuid[8:12]}-{uuid[12:16]}-{uuid[16:20]}-{uuid[20:]}"


class GenreName(NamedTuple):
    """A genre, as its field represents it."""

    pk: int
    name: str


class DirectorName(NamedTuple):
    """A director, as its field represents it. Few look at the times, so they stay what the database gave."""

    pk: int
    name: str
    created: str
    updated: str

    @property
    def created_at(self) -> datetime:
        return parse_datetime(self.created)

    @property
    def updated_at(self) -> datetime:
        return parse_datetime(self.updated)


class AddedBy(NamedTuple):
    pk: int
    username: str


def directors_from_columns(others: str, *first: Any) -> list[DirectorName]:
    """The first director, if there is one, and the others of "[[7, "Lilly Wachowski", …], …]"; "" is none."""
    return [DirectorName(*row) for row in (first, *orjson.loads(others or "[]")) if row[0] is not None]


DIRECTOR = Source(
    {
        "director_id": Column("bigint", "d.id"),
        "director_name": Column("varchar", "d.name"),
        "director_created_at": Column("text", "CAST(d.created_at AS text)"),
        "director_updated_at": Column("text", "CAST(d.updated_at AS text)"),
    },
    DirectorName,
)
# Most movies have one director. Where there are others, the movie says so.
OTHERS = """CASE WHEN m.is_co_directed THEN COALESCE((SELECT {list} FROM (
    SELECT e.id, e.name, CAST(e.created_at AS text) AS created, CAST(e.updated_at AS text) AS updated
    FROM movies_moviedirector k JOIN movies_director e ON e.id = k.director_id
    WHERE k.movie_id = m.id AND e.id <> m.director_id ORDER BY k.id) AS o), '') ELSE '' END"""
OTHER = "(o.id, o.name, o.created, o.updated)"
DIRECTORS = Source(
    {
        "other_directors": Column(
            "text",
            postgresql=OTHERS.format(list=f"CAST(json_agg(json_build_array{OTHER}) AS text)"),
            sqlite=OTHERS.format(list=f"json_group_array(json_array{OTHER})"),
        ),
        **DIRECTOR.columns,
    },
    directors_from_columns,
)
USER = Source({"user_id": Column("bigint", "u.id"), "username": Column("varchar", "u.username")}, AddedBy)


# --- Genres ---------------------------------------------------------------------------------------------------------


class GenresInMemory:
    """The few genres by id, so that a page need not join them. Each row tells whether a name has changed since."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.revision: int | None = -1
        self.by_id: dict[int, GenreName] = {}

    def from_columns(self, ids: str, revision: int | None) -> list[GenreName]:
        """The genres of "{1,2}" (PostgreSQL) or '{"11":1,"12":2}' (SQLite), by names of at least that revision.

        SQLite gives the links with their genres and does not sort them, which it would do for known rows, too.
        """
        if len(ids) == 2:
            return []
        if '"' in ids:
            by_link = {int(link): pk for link, pk in orjson.loads(ids).items()}
            pks = [by_link[link] for link in sorted(by_link)]
        else:
            pks = [*map(int, ids[1:-1].split(","))]
        by_id = self.by_id
        if revision != self.revision or any(pk not in by_id for pk in pks):
            by_id = self.load(revision)
        return [by_id[pk] for pk in pks]

    def load(self, revision: int | None) -> dict[int, GenreName]:
        # What is read now may be newer than `revision`, never older; the next row then says so and we read again.
        self.by_id = {pk: GenreName(pk, name) for pk, name in Genre.objects.order_by().values_list("pk", "name")}
        self.revision = revision
        return self.by_id


genres = GenresInMemory()
LINKS = "FROM movies_moviegenre l WHERE l.movie_id = m.id"
GENRES = Source(
    {
        "genre_ids": Column(
            "text",
            postgresql=f"CAST(ARRAY(SELECT l.genre_id {LINKS} ORDER BY l.id) AS text)",
            sqlite=f"(SELECT json_group_object(l.id, l.genre_id) {LINKS})",
        ),
        "genre_revision": Column(
            "bigint", f"(SELECT r.number FROM movies_genrerevision r WHERE r.id = {GenreRevision.ID})"
        ),
    },
    genres.from_columns,
)


# --- The card -------------------------------------------------------------------------------------------------------

OWN = "FROM movies_{} o WHERE o.user_id = {{viewer}} AND o.movie_id = m.id"


class Card(NamedTuple):
    """One movie as its reader sees it.

    A field has the name of a serializer field's source ("stats." left out), and one line says all of it: its type, its
    column, how one becomes the other, and what orders movies by it. `sort_by` wants an index on that column and the id.
    """

    id: Annotated[int, column("bigint", "m.id", sort_by="id")]
    uuid: Annotated[str, column("text", "CAST(m.uuid AS text)", dashed)]
    title: Annotated[str, column("varchar", "m.title", sort_by="sort_title")]
    description: Annotated[str, column("text", "m.description")]
    release_date: Annotated[
        date | None, column("text", "CAST(m.release_date AS text)", date.fromisoformat, sort_by="release_date")
    ]
    duration: Annotated[int | None, column("integer", "m.duration", sort_by="duration")]
    cover_image: Annotated[str | None, column("varchar", "m.cover_image")]  # the file's name
    average_rating: Annotated[float, counted("float8", "average_rating")]
    ratings_count: Annotated[int, counted("integer", "ratings_count")]
    likes_count: Annotated[int, counted("integer", "likes_count")]
    favorites_count: Annotated[int, counted("integer", "favorites_count")]
    comments_count: Annotated[int, counted("integer", "comments_count")]
    created_at: Annotated[datetime, column("text", "CAST(m.created_at AS text)", parse_datetime, sort_by="created_at")]
    updated_at: Annotated[datetime, column("text", "CAST(m.updated_at AS text)", parse_datetime, sort_by="updated_at")]
    director_list: Annotated[list[DirectorName], DIRECTORS]
    director: Annotated[DirectorName | None, DIRECTOR]
    user: Annotated[AddedBy | None, USER]
    genre_list: Annotated[list[GenreName], GENRES]
    favorite: Annotated[bool, personal("boolean", f"EXISTS (SELECT 1 {OWN.format('favorite')})", bool)] = False
    liked: Annotated[bool, personal("boolean", f"EXISTS (SELECT 1 {OWN.format('like')})", bool)] = False
    my_half_stars: Annotated[int | None, personal("smallint", f"(SELECT o.half_stars {OWN.format('rating')})")] = None
    rendered: dict[Any, Any] | None = None  # its JSON by serializer, where that is kept: see represent()


SOURCES: dict[str, Source] = {
    name: hint.__metadata__[0]
    for name, hint in get_type_hints(Card, include_extras=True).items()
    if hasattr(hint, "__metadata__")
}
SHARED = {name: source for name, source in SOURCES.items() if not source.is_personal}
PERSONAL = {name: source for name, source in SOURCES.items() if source.is_personal}


def columns_of(sources: dict[str, Source]) -> dict[str, Column]:
    """The columns of these fields, by name."""
    return {name or field: column for field, source in sources.items() for name, column in source.columns.items()}
