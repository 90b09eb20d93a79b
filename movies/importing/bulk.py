"""Very many rows into one table: with COPY on PostgreSQL, with executemany on SQLite.

Rows are tuples of what both databases take: text, whole numbers, None, dates and UUIDs as text.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from io import StringIO
from typing import Any

from django.db import connection
from django.db.models import Field, Model

SENT = 1 << 20  # characters at a time
PATIENCE = 300  # seconds that it waits for its turn to write
CACHE = 32 << 10  # KiB of pages that SQLite keeps in memory, instead of 2 MB


def prepare_connection() -> None:
    """Gives SQLite a large cache, and patience: nobody waits for this command, which may stand behind many writers.

    It reads and writes each page of the indexes many times over unless it may keep them for a while.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = -{CACHE}")
        connection.connection.wait_at_most(PATIENCE)


def insert(model: type[Model], names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Inserts rows of the fields `names`. All other fields of all rows get the same: their default, or the time."""
    blank = model()
    fields = {field.name: field for field in stored(model)}
    others = {
        name: value_of_new_row(field, blank)
        for name, field in fields.items()
        if name not in names and field is not model._meta.auto_field  # an id that is not named, the database gives
    }
    same = tuple(others.values())
    write = copy if connection.vendor == "postgresql" else execute_many
    write(model, [fields[name] for name in (*names, *others)], (row + same for row in rows))


def stored(model: type[Model]) -> list[Field]:
    """The fields that an INSERT may name."""
    return [field for field in model._meta.local_concrete_fields if not field.generated]


def value_of_new_row(field: Field, row: Model) -> Any:
    return field.get_db_prep_save(field.pre_save(row, add=True), connection)


def copy(model: type[Model], fields: Sequence[Field], rows: Iterable[tuple[Any, ...]]) -> None:
    stream = StringIO(newline="")
    csv.writer(stream).writerows(rows)
    stream.seek(0)
    # CSV has one way to write None and the empty text; the column knows which of them it was.
    never_null = columns(field for field in fields if not field.null)
    statement = f"COPY {table(model)} ({columns(fields)}) FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL ({never_null}))"
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(statement, stream, SENT)


def execute_many(model: type[Model], fields: Sequence[Field], rows: Iterable[tuple[Any, ...]]) -> None:
    marks = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table(model)} ({columns(fields)}) VALUES ({marks})", list(rows))  # noqa: S608


def reserve_ids(model: type[Model], count: int) -> list[int]:
    """Ids that nobody else will get, ascending. To be called in a transaction, in which the rows are inserted next."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # The name of the sequence is looked up once, being in a query of its own.
            cursor.execute(
                "SELECT nextval((SELECT pg_get_serial_sequence(%s, %s)::regclass)) FROM generate_series(1, %s)",
                [table(model), model._meta.pk.column, count],
            )
            return [number for (number,) in cursor.fetchall()]
        # There is one writer at a time, and it is us.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
        row = cursor.fetchone()
        last = row[0] if row else 0
        return list(range(last + 1, last + 1 + count))


def plain(value: Any) -> Any:
    """A value of a row as both databases take it."""
    return value.isoformat() if isinstance(value, date) else value


def table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def columns(fields: Iterable[Field]) -> str:
    return ", ".join(map(column, fields))


def column(field: Field) -> str:
    assert field.column is not None  # stored fields have one
    return connection.ops.quote_name(field.column)
