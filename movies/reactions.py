"""Likes, favourites and ratings as the database takes them, with the movie's counts: `services` says the rest.

They are asked more often than all other writes together, and composing them in the ORM took ten times what the
database needs for them. So they are written by hand: on PostgreSQL a reaction is one function, which is a transaction
in a single round trip; on SQLite, which is in our process, it is the same statements one after the other. Either way
the movie's counts are locked before anything is looked at. The suite, on both databases, holds the two to the same
results.
"""

from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from movies.models import Favorite, Like, Rating
from movies.models.search import level_of, level_sql
from rest.database.statements import Function, Rows, for_sqlite, is_postgresql, rows_of

MarkModel = type[Like] | type[Favorite]
COUNTERS: dict[MarkModel, str] = {Like: "likes_count", Favorite: "favorites_count"}


class Change(NamedTuple):
    """What became of a mark: `difference` is 1, 0 or -1, `total` how many the movie has now."""

    difference: int
    total: int


class RatingNotAllowed(Exception):
    """The user may not rate this movie (again)."""


def set_mark(mark: MarkModel, movie_id: int, user: User, wanted: bool | None) -> Change | None:
    """Sets, clears or (`wanted` None) toggles the mark; None when there is no such movie."""
    if is_postgresql():
        rows = MARKING[mark].rows(user.pk, movie_id, timezone.now(), wanted)
        return Change(*rows[0]) if rows else None
    return set_mark_on_sqlite(mark, movie_id, user, wanted)


def rate(movie_id: int, user: User, half_stars: int, *, only_once: bool) -> tuple[Rating, bool] | None:
    """The user's rating as it is now, and whether it is new; None when there is no such movie.

    Raises RatingNotAllowed for a movie that the user added and, with `only_once`, where there is a rating already.
    """
    now = timezone.now()
    if is_postgresql():
        rows = RATING.rows(user.pk, movie_id, half_stars, now, only_once)
        row = rows[0] if rows else None
    else:
        row = rate_on_sqlite(movie_id, user, half_stars, now, only_once)
    if row is None:
        return None
    pk, created_at, is_new = row
    if pk is None:
        raise RatingNotAllowed
    rating = Rating(pk=pk, user=user, movie_id=movie_id, half_stars=half_stars, created_at=created_at, updated_at=now)
    return rating, is_new


# --- What both databases understand: $1 is the user, $2 the movie ---------------------------------------------------


def select_counts(counter: str, into: str = "") -> str:
    """Who added the movie, how many reactions it has, and one of its counts."""
    return (
        f"SELECT m.user_id, s.favorites_count + s.likes_count + s.ratings_count, s.{counter} {into} "
        "FROM movies_moviestats s JOIN movies_movie m ON m.id = s.movie_id WHERE s.movie_id = $2"
    )


def update_counts(**differences: Any) -> str:
    """`differences` are expressions: by how much each column changes."""
    changes = ", ".join(f"{column} = {column} + {difference}" for column, difference in differences.items())
    return f"UPDATE movies_moviestats SET {changes} WHERE movie_id = $2"


def delete_mark(mark: MarkModel) -> str:
    return f"DELETE FROM {mark._meta.db_table} WHERE user_id = $1 AND movie_id = $2"


def insert_mark(mark: MarkModel) -> str:
    """$3 is the time."""
    table = mark._meta.db_table
    return f"INSERT INTO {table} (user_id, movie_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"


def select_rating(into: str = "") -> str:
    columns = "r.id, r.half_stars, r.created_at"
    return f"SELECT {columns} {into} FROM movies_rating r WHERE r.user_id = $1 AND r.movie_id = $2"


# $3 is the number of half stars, $4 the time.
UPDATE_RATING = "UPDATE movies_rating SET half_stars = $3, updated_at = $4 WHERE user_id = $1 AND movie_id = $2"
INSERT_RATING = (
    "INSERT INTO movies_rating (user_id, movie_id, half_stars, created_at, updated_at) "
    "VALUES ($1, $2, $3, $4, $4) RETURNING id"
)

SET_POPULARITY = "UPDATE movies_searchposting SET popularity = $1 WHERE movie_id = $2"

# --- PostgreSQL -----------------------------------------------------------------------------------------------------

VARIABLES = "added_by bigint; reactions integer; kept integer; difference integer := 0;"


def lock_counts(counter: str) -> str:
    return f"{select_counts(counter, into='INTO added_by, reactions, kept')} FOR UPDATE OF s;"


def counting(**differences: Any) -> str:
    """Updates the counts and, where the popularity has another level, the postings."""
    level = level_sql("reactions + difference")
    return f"""
    {update_counts(**differences)};
    IF {level_sql("reactions")} <> {level} THEN
        UPDATE movies_searchposting SET popularity = {level} WHERE movie_id = $2;
    END IF;"""


def marking(mark: MarkModel) -> Function:
    counter = COUNTERS[mark]
    return Function(
        f"mark_{mark._meta.db_table}",
        parameters=["bigint", "bigint", "timestamptz", "boolean"],
        columns={"difference": "integer", "total": "integer"},
        variables=VARIABLES,
        body=f"""
    {lock_counts(counter)}
    IF NOT FOUND THEN RETURN; END IF;
    IF $4 IS NOT TRUE THEN
        {delete_mark(mark)};
        IF FOUND THEN difference := -1; END IF;
    END IF;
    IF $4 IS TRUE OR ($4 IS NULL AND difference = 0) THEN
        {insert_mark(mark)};
        IF FOUND THEN difference := 1; END IF;
    END IF;
    IF difference <> 0 THEN {counting(**{counter: "difference"})} END IF;
    RETURN QUERY SELECT difference, kept + difference;""",
    )


MARKING = {mark: marking(mark) for mark in COUNTERS}
RATING = Function(
    "rate",
    parameters=["bigint", "bigint", "integer", "timestamptz", "boolean"],
    columns={"id": "bigint", "created_at": "timestamptz", "is_new": "boolean"},
    variables=f"{VARIABLES} rating_id bigint; previous integer := 0; since timestamptz := $4;",
    body=f"""
    {lock_counts("ratings_count")}
    IF NOT FOUND THEN RETURN; END IF;
    {select_rating(into="INTO rating_id, previous, since")};
    IF added_by = $1 OR ($5 AND FOUND) THEN RETURN QUERY SELECT NULL::bigint, $4, false; RETURN; END IF;
    IF rating_id IS NOT NULL THEN
        {UPDATE_RATING};
    ELSE
        previous := 0; since := $4; difference := 1;
        {INSERT_RATING} INTO rating_id;
    END IF;
    {counting(ratings_sum="$3 - previous", ratings_count="difference")}
    RETURN QUERY SELECT rating_id, since, difference = 1;""",
)

# --- SQLite ---------------------------------------------------------------------------------------------------------


@transaction.atomic  # which locks the whole database at once
def set_mark_on_sqlite(mark: MarkModel, movie_id: int, user: User, wanted: bool | None) -> Change | None:
    counter, own, difference = COUNTERS[mark], (user.pk, movie_id), 0
    rows = run(select_counts(counter), *own)
    if not rows:
        return None
    [(_, reactions, kept)] = rows
    if wanted is not True and run(f"{delete_mark(mark)} RETURNING id", *own):
        difference = -1
    if wanted or (wanted is None and not difference):
        difference = len(run(f"{insert_mark(mark)} RETURNING id", *own, stored(timezone.now())))
    if difference:
        count_on_sqlite(own, reactions, difference, **{counter: difference})
    return Change(difference, kept + difference)


@transaction.atomic
def rate_on_sqlite(
    movie_id: int, user: User, half_stars: int, now: datetime, only_once: bool
) -> tuple[int | None, datetime, bool] | None:
    own = (user.pk, movie_id)
    rows = run(select_counts("ratings_count"), *own)
    if not rows:
        return None
    [(added_by, reactions, _)] = rows
    old = run(select_rating(), *own)
    if added_by == user.pk or (only_once and old):
        return None, now, False
    if old:
        [(pk, previous, since)] = old
        since, difference = timezone.make_aware(since, connection.timezone), 0
        run(f"{UPDATE_RATING} RETURNING id", *own, half_stars, stored(now))
    else:
        previous, since, difference = 0, now, 1
        [(pk,)] = run(INSERT_RATING, *own, half_stars, stored(now))
    count_on_sqlite(own, reactions, difference, ratings_sum=half_stars - previous, ratings_count=difference)
    return pk, since, not old


def count_on_sqlite(own: tuple[int, int], reactions: int, difference: int, **differences: int) -> None:
    run(f"{update_counts(**differences)} RETURNING movie_id", *own)
    if level_of(reactions + difference) != level_of(reactions):
        run(f"{SET_POPULARITY} RETURNING movie_id", level_of(reactions + difference), own[1])


def run(text: str, *values: Any) -> Rows:
    return rows_of(for_sqlite(text), values)


def stored(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)
