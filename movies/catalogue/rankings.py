"""The rankings: the most favoured, the latest, the best of a genre, and the best of every genre."""

import json
from datetime import timedelta
from typing import Any, NamedTuple

from django.utils import timezone

from movies.catalogue.cards import Card
from movies.catalogue.listings import TOTAL
from movies.catalogue.orderings import SORT_FIELDS
from movies.catalogue.queries import CardQuery
from movies.models import Genre, GenreAlias, Tally
from rest.database.statements import Statement, is_postgresql
from rest.database.text import fold_case
from rest.listings import Listing, Slice

Kind = Tally.Kind

MOST_LIKED = CardQuery(
    "most_liked",
    parameters=["integer"],
    select_ids="SELECT s.movie_id FROM movies_moviestats s WHERE s.favorites_count > 0 "
    "ORDER BY s.favorites_count DESC, s.movie_id DESC LIMIT $1",
)
NEWEST = CardQuery(
    "newest_released",
    parameters=["integer", "date"],
    select_ids="SELECT m.id FROM movies_movie m WHERE m.release_date <= $2 "
    "ORDER BY m.release_date DESC, m.id DESC LIMIT $1",
)
FARTHEST_RELEASE = timedelta(days=3653)  # ten years: what is announced; a later date stands for an unknown one


def most_liked(limit: int, viewer: Any) -> list[Card]:
    """The movies that most users marked as favourite, if any did."""
    return MOST_LIKED.fetch(viewer, limit)[0]


def newest(limit: int, viewer: Any) -> list[Card]:
    """Those with the latest release date, but for dates so far ahead that they only stand for an unknown one."""
    latest = timezone.now().date() + FARTHEST_RELEASE
    return NEWEST.fetch(viewer, limit, latest.isoformat())[0]


# --- The best of a genre --------------------------------------------------------------------------------------------

# Two ways to find them. Of a large genre: walk down the index of the order and take what is of the genre, which comes
# soon. Of a small one: read all its movies and sort. OFFSET keeps PostgreSQL from turning the first into the second.
WALK = """FROM movies_moviestats s WHERE EXISTS (SELECT 1 FROM movies_moviegenre l
    WHERE l.movie_id = s.movie_id AND l.genre_id = {genre} LIMIT 1 OFFSET 0)"""
SORT = "FROM movies_moviegenre l JOIN movies_moviestats s ON s.movie_id = l.movie_id WHERE l.genre_id = {genre}"
BEST = "SELECT s.movie_id {source} ORDER BY s.{column} DESC, s.movie_id DESC LIMIT $2 OFFSET $3"
COLUMNS = tuple(field.name for field in SORT_FIELDS.values() if field.is_counted)
PARAMETERS = ["bigint", "bigint", "bigint"]


def best(way: str, source: str) -> dict[str, CardQuery]:
    return {
        column: CardQuery(
            f"{way}_{column}",
            parameters=PARAMETERS,
            select_ids=BEST.format(column=column, source=source.format(genre="$1")),
        )
        for column in COLUMNS
    }


WALKING, SORTING = best("walk", WALK), best("sort", SORT)
LATEST = CardQuery(
    "latest_of_genre",
    parameters=PARAMETERS,
    select_ids="SELECT l.movie_id FROM movies_moviegenre l WHERE l.genre_id = $1 "
    "ORDER BY l.movie_id DESC LIMIT $2 OFFSET $3",
)
NAMED = Statement(
    "genre_named",
    parameters=["varchar"],
    columns={"id": "bigint", "movies": "bigint", "of_all": "bigint"},
    text=f"SELECT g.id, k.count, {TOTAL} FROM movies_genre g "
    f"JOIN movies_tally k ON k.kind = {Kind.GENRE:d} AND k.key = g.id WHERE g.name_key = $1",
)


class SizedGenre(NamedTuple):
    id: int
    movies: int  # how many it has
    of_all: int  # and how many there are of any genre


def genre_named(name: str) -> SizedGenre | None:
    """The genre of that name (without case) or alias, if it has ever had a movie."""
    rows = NAMED.rows(fold_case(name))
    if not rows and not Genre.objects.named(name).exists():
        rows = [
            row for usual in GenreAlias.objects.usual_names([name]).values() for row in NAMED.rows(fold_case(usual))
        ]
    return SizedGenre(*rows[0]) if rows else None


def best_of_genre(viewer: Any, genre: SizedGenre, column: str, start: int, size: int) -> list[Card]:
    """At most `size` of a genre's movies by one of COLUMNS, the highest first, from the place `start` on."""
    # On average one movie in of_all/movies is of the genre; walking must pass so many for each that it finds.
    is_large = (start + size) * genre.of_all <= genre.movies * genre.movies
    cards, _ = (WALKING if is_large else SORTING)[column].fetch(viewer, genre.id, size, start)
    return cards


def latest_of_genre(viewer: Any, genre: SizedGenre, start: int, size: int) -> list[Card]:
    """At most `size` of a genre's movies, the newest added first, from the place `start` on."""
    cards, _ = LATEST.fetch(viewer, genre.id, size, start)
    return cards


# --- The best of every genre ----------------------------------------------------------------------------------------


class Category(NamedTuple):
    id: int
    name: str
    movie_ids: list[int]


MOST_FAVOURED = "ORDER BY s.favorites_count DESC, s.movie_id DESC LIMIT $1"
ARRAY = {
    "postgresql": "ARRAY(SELECT s.movie_id {})",
    "sqlite": "(SELECT json_group_array(movie_id) FROM (SELECT s.movie_id {}))",
}


def categories_text(vendor: str) -> str:
    walk, sort = (ARRAY[vendor].format(f"{source.format(genre='k.key')} {MOST_FAVOURED}") for source in (WALK, SORT))
    return f"""
    SELECT g.id, g.name, CASE WHEN k.count * k.count >= $1 * {TOTAL} THEN {walk} ELSE {sort} END,
        (SELECT COUNT(*) FROM movies_tally a WHERE a.kind = {Kind.GENRE:d} AND a.count > 0)
    FROM movies_tally k JOIN movies_genre g ON g.id = k.key WHERE k.kind = {Kind.GENRE:d} AND k.count > 0
    ORDER BY g.plain_name, g.id LIMIT $3 OFFSET $2"""


CATEGORIES = Statement(
    "categories",
    parameters=["bigint", "bigint", "bigint"],
    columns={"id": "bigint", "name": "varchar", "movie_ids": "bigint[]", "total": "bigint"},
    text=categories_text("postgresql"),
    sqlite=categories_text("sqlite"),
)


class Categories(Listing[Category]):
    """The genres that have movies, by name, each with its `best` most favoured ones."""

    def __init__(self, best: int) -> None:
        self.best = best

    def slice(self, start: int, size: int) -> Slice[Category]:
        rows = CATEGORIES.rows(self.best, start, size)
        if not rows:
            return Slice([], Tally.objects.filter(kind=Kind.GENRE, count__gt=0).count(), has_more=False)
        total = rows[0][3]
        ids_of = (lambda ids: ids) if is_postgresql() else json.loads
        return Slice([Category(pk, name, ids_of(ids)) for pk, name, ids, _ in rows], total, start + size < total)
