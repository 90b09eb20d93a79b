"""Reading everything as it is at one moment."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from rest.database.statements import is_postgresql


@contextmanager
def snapshot() -> Iterator[None]:
    """All that is read in it is of one moment. It takes no lock: neither it nor any writer waits.

    Nothing is written in it. Inside a transaction it is a part of that one, which then decides what is seen.
    """
    connection: Any = connections[DEFAULT_DB_ALIAS]
    if connection.in_atomic_block:
        yield
        return
    with ExitStack() as stack:
        if is_postgresql():
            stack.enter_context(transaction.atomic())
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        else:
            enter_deferred(stack, connection)
        yield


def enter_deferred(stack: ExitStack, connection: Any) -> None:
    """Begins a transaction that takes no lock for writing, as all others of ours do on SQLite."""
    connection.ensure_connection()  # which sets the mode
    mode, connection.transaction_mode = connection.transaction_mode, "DEFERRED"
    try:
        stack.enter_context(transaction.atomic())
    finally:
        connection.transaction_mode = mode
