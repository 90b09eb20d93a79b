"""Locks that are no row's, and turns at writing. On SQLite one transaction writes at a time, and all others wait."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

from rest.database.statements import is_postgresql, rows_of

LOCKED_SECONDS = 0.1  # for which `not_waiting_long` waits
OTHERS_SECONDS = 0.25  # for which a bulk command lets others write between two of its transactions, where they want to
MIGRATION_LOCK_MILLISECONDS = 300  # PostgreSQL ends one of two that wait for each other after 1,000
LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED = "55P03", "40P01"  # PostgreSQL's codes


def wait_for_turn(number: int, *, shared: bool = False) -> None:
    """Holds PostgreSQL's advisory lock of that number until the transaction ends. Shared ones are held together."""
    if is_postgresql():
        rows_of(f"SELECT pg_advisory_xact_lock{'_shared' if shared else ''}(%s)", [number])


def let_others_write() -> None:
    """Between two transactions of a bulk command: all who wait write, and not only the one process that stands next."""
    if not is_postgresql() and connection.connection.turns is not None:
        connection.connection.turns.let_others(OTHERS_SECONDS)


@contextmanager
def not_waiting_long() -> Iterator[None]:
    """On SQLite, writing in the block waits LOCKED_SECONDS for the lock, which an import may hold for seconds."""
    if is_postgresql():
        yield
        return
    connection.ensure_connection()
    usual = connection.connection.patience
    connection.connection.wait_at_most(LOCKED_SECONDS)
    try:
        yield
    finally:
        connection.connection.wait_at_most(usual)


def turn_within(number: int, seconds: float) -> bool:
    """Holds the lock of that number until the transaction ends; False where it could not be had in so many seconds.

    0 seconds are one look. On SQLite the transaction itself has waited.
    """
    if not is_postgresql():
        return True
    if rows_of("SELECT pg_try_advisory_xact_lock(%s)", [number])[0][0]:
        return True
    if not seconds:
        return False
    try:
        with transaction.atomic(), connection.cursor() as cursor:  # a savepoint: the error would end the transaction
            cursor.execute(f"SET LOCAL lock_timeout = {int(1000 * seconds)}")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    except OperationalError as error:
        if code_of(error) != LOCK_NOT_AVAILABLE:
            raise
        return False
    return True


def waited_for_lock(error: OperationalError) -> bool:
    """Whether the statement was ended for a lock that another one held. The transaction can be tried again."""
    return code_of(error) in (LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED)


def code_of(error: OperationalError) -> str | None:
    """PostgreSQL's code (SQLSTATE); None on SQLite."""
    return getattr(error.__cause__, "pgcode", None)
