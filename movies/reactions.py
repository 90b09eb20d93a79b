"""Likes, favourites and ratings as the database takes them, with the movie's counts: `services` says the rest.

They are asked more often than all other writes together, and composing them in the ORM took ten times what the
database needs for them. So they are written by hand: for PostgreSQL as one function each, which is a transaction in
a single round trip; for SQLite, which is in our process, as statements one after the other. Either way the movie's
counts are locked before anything is looked at. The suite, on both databases, holds the two to the same results.
"""

from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from movies import search
from movies.models import Favorite, Like, Rating
from movies.models.search import level_of
from rest.database.statements import Function, is_postgresql, rows_of

Mark = type[Like] | type[Favorite]
COUNTER: dict[Mark, str] = {Like: "likes_count", Favorite: "favorites_count"}
LOCK = """SELECT m.user_id, s.favorites_count + s.likes_count + s.ratings_count, s.{counter}
    FROM movies_moviestats s JOIN movies_movie m ON m.id = s.movie_id WHERE s.movie_id = {movie}"""


class Change(NamedTuple):
    """What became of a mark: `difference` is 1, 0 or -1, `count` how many the movie has now."""

    difference: int
    count: int


class Refused(Exception):
    """The user may not rate this movie (again)."""


def set_mark(mark: Mark, movie_id: int, user: User, wanted: bool | None) -> Change | None:
    """Sets, clears or (`wanted` None) toggles the mark; None when there is no such movie."""
    if is_postgresql():
        rows = MARKING[mark].rows(user.pk, movie_id, wanted, timezone.now())
        return Change(*rows[0]) if rows else None
    return set_mark_on_sqlite(mark, movie_id, user, wanted)


def rate(movie_id: int, user: User, half_stars: int, *, only_once: bool) -> tuple[Rating, bool] | None:
    """The user's rating as it is now, and whether it is new; None when there is no such movie. Raises Refused."""
    now = timezone.now()
    if is_postgresql():
        rows = RATING.rows(user.pk, movie_id, half_stars, only_once, now)
        found = rows[0] if rows else None
    else:
        found = rate_on_sqlite(movie_id, user, half_stars, only_once, now)
    if found is None:
        return None
    pk, created_at, is_new = found
    if pk is None:
        raise Refused
    rating = Rating(pk=pk, user=user, movie_id=movie_id, half_stars=half_stars, created_at=created_at, updated_at=now)
    return rating, is_new


# --- PostgreSQL -----------------------------------------------------------------------------------------------------

LEVELS = [4**level for level in range(1, 16)]
NEW_LEVEL = f"width_bucket(reactions + difference, ARRAY{LEVELS})"
COUNT = f"""
    UPDATE movies_moviestats SET {{assignments}} WHERE movie_id = $2;
    IF width_bucket(reactions, ARRAY{LEVELS}) <> {NEW_LEVEL} THEN
        UPDATE movies_searchposting SET popularity = {NEW_LEVEL} WHERE movie_id = $2;
    END IF;"""


def locking(counter: str) -> str:
    into = LOCK.format(counter=counter, movie="$2").replace("FROM", "INTO added_by, reactions, kept FROM", 1)
    return f"{into} FOR UPDATE OF s;"


def marking(mark: Mark) -> Function:
    table, counter = mark._meta.db_table, COUNTER[mark]
    return Function(
        f"mark_{table}",
        parameters=["bigint", "bigint", "boolean", "timestamptz"],
        columns={"difference": "integer", "count": "integer"},
        variables="added_by bigint; reactions integer; kept integer; difference integer := 0;",
        body=f"""
    {locking(counter)}
    IF NOT FOUND THEN RETURN; END IF;
    IF $3 IS NOT TRUE THEN
        DELETE FROM {table} WHERE user_id = $1 AND movie_id = $2;
        IF FOUND THEN difference := -1; END IF;
    END IF;
    IF $3 IS TRUE OR ($3 IS NULL AND difference = 0) THEN
        INSERT INTO {table} (user_id, movie_id, created_at) VALUES ($1, $2, $4) ON CONFLICT DO NOTHING;
        IF FOUND THEN difference := 1; END IF;
    END IF;
    IF difference <> 0 THEN {COUNT.format(assignments=f"{counter} = {counter} + difference")} END IF;
    RETURN QUERY SELECT difference, kept + difference;""",
    )


MARKING = {mark: marking(mark) for mark in (Like, Favorite)}
RATING = Function(
    "rate",
    parameters=["bigint", "bigint", "integer", "boolean", "timestamptz"],
    columns={"id": "bigint", "created_at": "timestamptz", "is_new": "boolean"},
    variables="""added_by bigint; reactions integer; kept integer; difference integer := 0;
    rating_id bigint; previous integer := 0; since timestamptz := $5;""",
    body=f"""
    {locking("ratings_count")}
    IF NOT FOUND THEN RETURN; END IF;
    SELECT r.id, r.half_stars, r.created_at INTO rating_id, previous, since FROM movies_rating r
        WHERE r.user_id = $1 AND r.movie_id = $2;
    IF added_by = $1 OR ($4 AND FOUND) THEN RETURN QUERY SELECT NULL::bigint, $5, false; RETURN; END IF;
    IF rating_id IS NOT NULL THEN
        UPDATE movies_rating SET half_stars = $3, updated_at = $5 WHERE id = rating_id;
    ELSE
        previous := 0; since := $5; difference := 1;
        INSERT INTO movies_rating (user_id, movie_id, half_stars, created_at, updated_at)
            VALUES ($1, $2, $3, $5, $5) RETURNING movies_rating.id INTO rating_id;
    END IF;
    {COUNT.format(assignments="ratings_sum = ratings_sum + $3 - previous, ratings_count = ratings_count + difference")}
    RETURN QUERY SELECT rating_id, since, difference = 1;""",
)

# --- SQLite ---------------------------------------------------------------------------------------------------------


@transaction.atomic  # which locks the whole database at once
def set_mark_on_sqlite(mark: Mark, movie_id: int, user: User, wanted: bool | None) -> Change | None:
    table, counter = mark._meta.db_table, COUNTER[mark]
    found = rows_of(LOCK.format(counter=counter, movie="?"), [movie_id])
    if not found:
        return None
    [(_, reactions, kept)] = found
    own, difference = [user.pk, movie_id], 0
    if wanted is not True and rows_of(f"DELETE FROM {table} WHERE user_id = ? AND movie_id = ? RETURNING id", own):
        difference = -1
    if wanted or (wanted is None and not difference):
        added = rows_of(
            f"INSERT INTO {table} (user_id, movie_id, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
            [*own, stored(timezone.now())],
        )
        difference = len(added)
    if difference:
        count_on_sqlite(movie_id, reactions, difference, f"{counter} = {counter} + {difference}")
    return Change(difference, kept + difference)


@transaction.atomic
def rate_on_sqlite(
    movie_id: int, user: User, half_stars: int, only_once: bool, now: datetime
) -> tuple[int | None, datetime, bool] | None:
    found = rows_of(LOCK.format(counter="ratings_count", movie="?"), [movie_id])
    if not found:
        return None
    [(added_by, reactions, _)] = found
    old = Rating.objects.filter(user=user, movie=movie_id).values_list("pk", "half_stars", "created_at").first()
    if added_by == user.pk or (only_once and old):
        return None, now, False
    pk, previous, since = old or (None, 0, now)
    if old:
        rows_of(
            "UPDATE movies_rating SET half_stars = ?, updated_at = ? WHERE id = ? RETURNING id",
            [half_stars, stored(now), pk],
        )
    else:
        [(pk,)] = rows_of(
            "INSERT INTO movies_rating (user_id, movie_id, half_stars, created_at, updated_at) "
            "VALUES (?, ?, ?, ?, ?) RETURNING id",
            [user.pk, movie_id, half_stars, stored(now), stored(now)],
        )
    more = 0 if old else 1
    changes = f"ratings_sum = ratings_sum + {half_stars - previous}, ratings_count = ratings_count + {more}"
    count_on_sqlite(movie_id, reactions, more, changes)
    return pk, since, not old


def count_on_sqlite(movie_id: int, reactions: int, difference: int, assignments: str) -> None:
    rows_of(f"UPDATE movies_moviestats SET {assignments} WHERE movie_id = ? RETURNING movie_id", [movie_id])
    if level_of(reactions + difference) != level_of(reactions):
        search.set_popularity(movie_id, level_of(reactions + difference))


def stored(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)
