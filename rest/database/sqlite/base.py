"""Connections that take their turn at writing (`rest.database.sqlite.turns`), wherever a transaction begins."""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base

from rest.database.sqlite.turns import Turns, turns_of

# What locks nothing for writing. Whatever else a statement begins with, it takes its turn.
READS = re.compile(
    r"\s*(SELECT|VALUES|EXPLAIN|PRAGMA|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE|ATTACH|DETACH"
    r"|BEGIN( DEFERRED)?\s*$|WITH(?!.*\b(INSERT|UPDATE|DELETE|REPLACE)\b))",
    re.IGNORECASE | re.DOTALL,
)


@lru_cache(maxsize=1024)
def reads(text: str) -> bool:
    return READS.match(text) is not None


class Cursor(sqlite3.Cursor):
    connection: "Connection"

    def execute(self, text: str, parameters: Any = ()) -> "Cursor":
        connection = self.connection
        if connection.in_transaction:
            try:
                super().execute(text, parameters)
            finally:
                connection.end_turn()  # it may have been COMMIT, and some errors end the transaction
        elif connection.turns is None or reads(text):
            super().execute(text, parameters)
        else:
            with connection.turn():
                super().execute(text, parameters)
        return self

    def executemany(self, text: str, parameters: Iterable[Any]) -> "Cursor":
        with self.connection.turn():
            super().executemany(text, parameters)
        return self


class DjangosCursor(base.SQLiteCursorWrapper, Cursor):  # type: ignore[misc]  # the first has no types
    """With Django's placeholders."""


class Connection(sqlite3.Connection):
    """Has the turn from BEGIN IMMEDIATE to the end of the transaction; for a statement without one, while it runs."""

    turns: Turns | None = None  # a database in memory has none
    has_turn = False
    patience = 0.0  # seconds

    def wait_at_most(self, seconds: float) -> None:
        """For the turn, and for those who do not queue up."""
        self.patience = seconds
        self.execute(f"PRAGMA busy_timeout = {int(1000 * seconds)}")

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Has the turn while the block runs, and as long as the transaction lasts that it may have begun."""
        if self.turns is not None and not self.has_turn and not self.in_transaction:
            self.turns.take(self.patience)
            self.has_turn = True
        try:
            yield
        finally:
            self.end_turn()

    def end_turn(self) -> None:
        """Gives the turn back, unless the transaction goes on."""
        if self.has_turn and self.turns is not None and not self.in_transaction:
            self.has_turn = False
            self.turns.give_back()

    def cursor(self, factory: Any = Cursor) -> Any:
        return super().cursor(factory)

    def execute(self, text: str, parameters: Any = ()) -> Any:  # sqlite3's own makes a cursor of its own
        return self.cursor().execute(text, parameters)

    def executemany(self, text: str, parameters: Iterable[Any]) -> Any:
        return self.cursor().executemany(text, parameters)

    def commit(self) -> None:
        try:
            super().commit()
        finally:
            self.end_turn()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self.end_turn()

    def close(self) -> None:
        super().close()
        self.leave()

    def leave(self) -> None:
        """Gives the turn back, whatever has become of the transaction."""
        if self.has_turn and self.turns is not None:
            self.has_turn = False
            self.turns.give_back()

    __del__ = leave  # of a thread that ended within a transaction, which ends with its connection


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "factory": Connection}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        connection: Connection = super().get_new_connection(conn_params)
        [path] = [path for _, name, path in connection.execute("PRAGMA database_list") if name == "main"]
        connection.turns = turns_of(path) if path else None
        connection.patience = conn_params["timeout"]
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=DjangosCursor)
