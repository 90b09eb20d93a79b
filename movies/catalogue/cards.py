"""Movies as the lists and details show them: one statement, however many they are.

The statement is written by hand because the ORM's row work was most of a page's time;
`movies/tests/test_catalogue.py` holds every answer to the ORM's.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from movies.models import Genre, Tally
from rest.database.statements import Statement, for_sqlite, is_postgresql, rows_of


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
        return moment(self.created)

    @property
    def updated_at(self) -> datetime:
        return moment(self.updated)


def moment(text: str) -> datetime:
    """A time as either database writes it: PostgreSQL with its zone, SQLite in UTC without saying so."""
    value = datetime.fromisoformat(text)
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

# name → (type, expression). Dates, times, UUIDs and lists come as text: making objects of them would be most of the
# driver's time, and a row that is known (see Recent) needs none.
PLAIN = {
    "id": ("bigint", "m.id"),
    "uuid": ("text", "CAST(m.uuid AS text)"),
    "title": ("varchar", "m.title"),
    "description": ("text", "m.description"),
    "release_date": ("text", "CAST(m.release_date AS text)"),
    "duration": ("integer", "m.duration"),
    "cover_image": ("varchar", "m.cover_image"),
    "created_at": ("text", "CAST(m.created_at AS text)"),
    "updated_at": ("text", "CAST(m.updated_at AS text)"),
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
    "director_created_at": ("text", "CAST(d.created_at AS text)"),
    "director_updated_at": ("text", "CAST(d.updated_at AS text)"),
    "user_id": ("bigint", "u.id"),
    "username": ("varchar", "u.username"),
}
LINKS = "FROM movies_moviegenre l WHERE l.movie_id = m.id ORDER BY l.id"
GENRES = {
    "postgresql": f"CAST(ARRAY(SELECT l.genre_id {LINKS}) AS text)",
    "sqlite": f"(SELECT json_group_array(genre_id) FROM (SELECT l.genre_id {LINKS}))",
}
RENAMED = f"(SELECT t.count FROM movies_tally t WHERE t.kind = {Tally.Kind.RENAMED_GENRES:d} AND t.key = 0)"
TEXT = """
    SELECT {columns} FROM unnest({ids}) WITH ORDINALITY AS chosen (id, place) JOIN movies_movie m ON m.id = chosen.id
    JOIN movies_moviestats s ON s.movie_id = m.id
    LEFT JOIN movies_director d ON d.id = m.director_id LEFT JOIN accounts_user u ON u.id = m.user_id
    ORDER BY chosen.place"""


class Cards:
    """The cards of what a query chooses: of the ids that `choose` gives, in its order.

    PostgreSQL chooses and shows in one function; `total`, an expression, tells how many there are in all. SQLite is
    in our process, so that two statements cost it as little as one. Without `choose` the ids are given.
    """

    def __init__(self, name: str, *, parameters: Sequence[str] = (), choose: str = "", total: str = "0") -> None:
        self.choice = for_sqlite(f"SELECT c.*, {total} FROM ({choose}) AS c")
        chosen = f"ARRAY({choose})" if choose else "$1"
        parameters = parameters or ["bigint[]"]
        self.nobodys = statement(name, {}, parameters, chosen, total)
        self.callers = statement(f"{name}_own", CALLERS, [*parameters, "bigint"], chosen, total)

    def of(self, viewer: Any, *values: Any) -> tuple[list[Card], int]:
        """The cards as `viewer` (a user, or anonymous) sees them; and the total, if there is a card."""
        if is_postgresql():
            rows = self.rows(viewer, *values)
            return [as_card(row) for row in rows], rows[0][-1] if rows else 0
        found = rows_of(self.choice, values)
        return self.given(viewer, [pk for pk, _ in found]), found[0][1] if found else 0

    def given(self, viewer: Any, ids: Sequence[int]) -> list[Card]:
        """The cards of these ids."""
        return [as_card(row) for row in self.rows(viewer, list(ids))]

    def rows(self, viewer: Any, *values: Any) -> list[tuple[Any, ...]]:
        if viewer.is_authenticated:
            return self.callers.rows(*values, viewer.pk)
        return self.nobodys.rows(*values)


def statement(
    name: str, own: dict[str, tuple[str, str]], parameters: Sequence[str], chosen: str, total: str
) -> Statement:
    def columns(vendor: str, total: str) -> dict[str, tuple[str, str]]:
        kept = {"genre_ids": ("text", GENRES[vendor]), "renamed_genres": ("bigint", RENAMED)}
        return {**PLAIN, **RELATED, **kept, **own, "total": ("bigint", f"CAST({total} AS bigint)")}

    def text(vendor: str, ids: str, viewer: str, total: str) -> str:
        shown = ", ".join(expression for _, expression in columns(vendor, total).values())
        return TEXT.format(columns=shown.replace("{viewer}", viewer), ids=ids)

    return Statement(
        name,
        parameters=parameters,
        columns={column: kind for column, (kind, _) in columns("postgresql", total).items()},
        text=text("postgresql", "chosen_ids", f"${len(parameters)}", total),
        sqlite=text("sqlite", "$1", "$2", "0"),
        chosen_ids=chosen,
    )


GIVEN = Cards("cards")


def read(ids: Sequence[int], viewer: Any) -> list[Card]:
    """The movies of `ids` in that order, as `viewer` (a user, or anonymous) sees them, less those that are gone."""
    return GIVEN.given(viewer, ids) if ids else []


# Where a row has what: the plain columns, director, user, genres and whether these are current; then, if there is a
# caller, the caller's marks; the total comes last.
UUID_, RELEASED, CREATED, UPDATED, DIRECTOR, USER, GENRE_IDS, RENAMINGS, OWN = 1, 4, 7, 8, 14, 18, 20, 21, 22
NO_MARKS = ((), (False, False, None))


def as_card(row: tuple[Any, ...]) -> Card:
    """The card of a row: what it says of the movie is the same as before if the row is, to whomever it is shown."""
    movie, marks = row[:OWN], row[OWN:-1]
    kept = recent.get(movie[0])
    if kept is None or kept[0] != movie:
        kept = movie, made_of(movie)
        recent.keep(movie[0], kept)
    card = kept[1]
    if marks in NO_MARKS:
        return card
    favorite, liked, half_stars = marks
    return card._replace(favorite=bool(favorite), liked=bool(liked), my_half_stars=half_stars, shown=None)


def made_of(row: tuple[Any, ...]) -> Card:
    values = [*row[:DIRECTOR]]
    values[UUID_] = dashed(row[UUID_])
    values[RELEASED] = date.fromisoformat(row[RELEASED]) if row[RELEASED] else None
    values[CREATED], values[UPDATED] = moment(row[CREATED]), moment(row[UPDATED])
    director = DirectorName._make(row[DIRECTOR:USER]) if row[DIRECTOR] is not None else None
    user = AddedBy._make(row[USER:GENRE_IDS]) if row[USER] is not None else None
    ids = [int(pk) for pk in row[GENRE_IDS][1:-1].split(",") if pk]
    return Card(*values, director, user, genres.named(ids, row[RENAMINGS]) if ids else [], shown={})


def dashed(uuid: str) -> str:
    """A UUID as PostgreSQL writes it; SQLite keeps the digits alone."""
    return uuid if "-" in uuid else f"{uuid[:8]}-{uuid[8:12]}-{uuid[12:16]}-{uuid[16:20]}-{uuid[20:]}"


class Recent:
    """The movies shown lately, with the rows they were made of, so that no row need be understood or represented twice.

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
