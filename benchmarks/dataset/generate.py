"""Filling an empty, migrated database: the steps, in their order."""

from collections.abc import Callable
from typing import Any

from django.db import connection

from accounts.models import Session
from benchmarks.dataset import catalogue, community, indexes, search_index
from benchmarks.dataset.sql import DIALECTS

LEAST = 100  # movies, below which the popular ones would be too few for every user


def directors_of(movies: int) -> int:
    return max(10, movies // 20)


def users_of(movies: int) -> int:
    return max(10, movies // 5)


def generate(movies: int, announce: Callable[[str], None] = lambda step: None) -> None:
    """Makes `movies` movies and everything around them."""
    if movies < LEAST:
        raise ValueError(f"The data set has at least {LEAST} movies.")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET jit = off")  # compiling the long expressions takes longer than a small set does
        dropped = indexes.droppable(cursor, connection.vendor)
        for drop, _ in dropped:
            cursor.execute(drop)
        for name, statements in steps(movies):
            announce(name)
            for statement in statements:
                cursor.execute(statement)
                analyze(cursor, statement)
        announce("indexes and constraints")
        for _, create in reversed(dropped):
            cursor.execute(create)
        for name, statements in [*search_index.questions(), *search_index.kept_for_the_floor()]:
            announce(name)
            for statement in statements:
                cursor.execute(statement)
        indexes.restart_ids(cursor, connection.vendor)
        for table in ("word", "slot", "first_name", "fragment", "director_word"):
            cursor.execute(f"DROP TABLE bench_{table}")
    announce("logins")
    open_sessions(users_of(movies))


def analyze(cursor: Any, statement: str) -> None:
    """The planner has to know the size of what has just been filled: the next steps join it."""
    words = statement.split()
    if words[:2] == ["INSERT", "INTO"]:
        cursor.execute(f"ANALYZE {words[2]}")


def steps(movies: int) -> list[catalogue.Step]:
    sql, users, directors = DIALECTS[connection.vendor], users_of(movies), directors_of(movies)
    return [
        *catalogue.vocabulary(sql),
        catalogue.fragments(sql),
        *catalogue.named(sql, directors),
        *community.users(sql, users),
        *catalogue.movies(sql, movies, directors, users),
        *community.feedback(sql, movies, users),
        *community.statistics(),
        *search_index.postings(sql, movies),
        *catalogue.tallies(),
    ]


def open_sessions(users: int) -> None:
    """Logins with known tokens for the first users, who read, and for all writers."""
    ids = [*range(1, min(users, community.READERS) + 1), *range(users + 1, users + community.WRITERS + 1)]
    password_digest = Session.digest(community.UNUSABLE)
    Session.objects.bulk_create(
        Session(
            user_id=user_id,
            token_digest=Session.digest(community.token(user_id)),
            password_digest=password_digest,
            **Session.objects.times_of_use(),
        )
        for user_id in ids
    )
