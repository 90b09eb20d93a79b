"""The floor's way to its database: one connection a thread that stays, statements prepared once, tuples back."""

import os
import re
import sqlite3
import threading
from typing import Any
from urllib.parse import urlsplit

import psycopg2

from benchmarks.contestants.floor_sql import statements

URL = os.environ["DATABASE_URL"]
VENDOR = "sqlite" if URL.startswith("sqlite") else "postgresql"
STATEMENTS = statements(VENDOR)
local = threading.local()

Row = tuple[Any, ...]


class PostgreSQL:
    def __init__(self) -> None:
        self.connection = psycopg2.connect(URL, options="-c timezone=UTC -c plan_cache_mode=force_generic_plan")
        self.connection.autocommit = True
        self.cursor = self.connection.cursor()
        self.calls: dict[str, str] = {}

    def rows(self, name: str, *parameters: Any, before: str = "") -> list[Row]:
        """`before` goes to the server in the same round trip."""
        call = self.calls.get(name) or self.prepare(name, len(parameters))
        self.cursor.execute(before + call, parameters)
        return self.cursor.fetchall()

    def prepare(self, name: str, parameters: int) -> str:
        self.cursor.execute(f"PREPARE floor_{name} AS {STATEMENTS[name]}")
        self.calls[name] = (
            f"EXECUTE floor_{name} ({', '.join(['%s'] * parameters)})" if parameters else f"EXECUTE floor_{name}"
        )
        return self.calls[name]

    def command(self, text: str) -> None:
        self.cursor.execute(text)

    def write(self, token_digest: str, movie_id: int) -> list[Row]:
        """Opens a transaction: (caller's id and name, the movie's creator, …) with the movie's counts locked."""
        return self.rows("locked", token_digest, movie_id, before="BEGIN; ")

    def rate(self, user_id: int, movie_id: int, half_stars: int) -> Row:
        """(id, created_at, updated_at, whether it is new)"""
        return self.rows("rate", user_id, movie_id, half_stars)[0]

    def like(self, user_id: int, movie_id: int) -> Row:
        """(whether it is new, how many now)"""
        return self.rows("like", user_id, movie_id)[0]


class SQLite:
    def __init__(self) -> None:
        self.connection = sqlite3.connect(urlsplit(URL).path[1:], timeout=20, isolation_level=None)
        self.connection.execute("PRAGMA foreign_keys = ON")
        self.statements = {name: re.sub(r"\$(\d)", r"?\1", text) for name, text in STATEMENTS.items()}

    def rows(self, name: str, *parameters: Any) -> list[Row]:
        return self.connection.execute(self.statements[name], parameters).fetchall()

    def command(self, text: str) -> None:
        self.connection.execute(text)

    def write(self, token_digest: str, movie_id: int) -> list[Row]:
        self.command("BEGIN IMMEDIATE")
        return self.rows("locked", token_digest, movie_id)

    def rate(self, user_id: int, movie_id: int, half_stars: int) -> Row:
        old = self.rows("old", user_id, movie_id)
        rating = self.rows("rate", user_id, movie_id, half_stars)[0]
        self.rows("count_rating", half_stars - (old[0][0] if old else 0), 0 if old else 1, movie_id)
        return (*rating, not old)

    def like(self, user_id: int, movie_id: int) -> Row:
        is_new = bool(self.rows("like", user_id, movie_id))
        if is_new:
            self.rows("count_like", movie_id)
        return is_new, self.rows("likes", movie_id)[0][0]


def database() -> Any:
    """This thread's connection."""
    try:
        return local.database
    except AttributeError:
        local.database = PostgreSQL() if VENDOR == "postgresql" else SQLite()
        return local.database
