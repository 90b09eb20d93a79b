"""A limit of time for what a block reads.

On PostgreSQL each statement brings its own `statement_timeout` along, in the same message: as the message is one
transaction, the setting ends with it. So it costs no round trip, and works behind a pooler in transaction mode. (A
function cannot carry it: its own setting comes too late for a clock that runs since the statement arrived.) On SQLite
the connection asks now and then whether the time is up, in the thread that waits for it.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection

QUERY_CANCELED = "57014"  # PostgreSQL's code
INTERRUPTED = "interrupted"  # SQLite's message
STEPS = 20_000  # of SQLite's machine, a millisecond or less, from one question to the next


class TimeIsUp(Exception):
    """What was read took longer than the limit, and was given up. The connection can be used."""


class Clock(threading.local):
    """When the time of this thread's block is up, on time.monotonic()'s clock; None without a limit."""

    deadline: float | None = None

    def timed(self, statement: str) -> str:
        """The statement with what is left of the time, for PostgreSQL. Raises TimeIsUp where nothing is."""
        if self.deadline is None:
            return statement
        left = int(1000 * (self.deadline - time.monotonic()))
        if left < 1:
            raise TimeIsUp
        return f"SET LOCAL statement_timeout = {left}; {statement}"


CLOCK = Clock()


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raises TimeIsUp where the block's statements take longer together; 0 seconds are no limit. It only reads."""
    if not seconds:
        yield
        return
    connection.ensure_connection()
    deadline = time.monotonic() + seconds
    try:
        with timed_statements(deadline) if connection.vendor == "postgresql" else interrupted_at(deadline):
            yield
    except OperationalError as error:
        if not is_end_of_time(error):
            raise
        raise TimeIsUp from error


@contextmanager
def timed_statements(deadline: float) -> Iterator[None]:
    CLOCK.deadline = deadline
    try:
        with connection.execute_wrapper(execute_timed):
            yield
    finally:
        CLOCK.deadline = None


def execute_timed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    return execute(CLOCK.timed(sql), params, many, context)


@contextmanager
def interrupted_at(deadline: float) -> Iterator[None]:
    database = connection.connection
    database.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
    try:
        yield
    finally:
        database.set_progress_handler(None, 0)


def is_end_of_time(error: OperationalError) -> bool:
    return getattr(error.__cause__, "pgcode", None) == QUERY_CANCELED or str(error) == INTERRUPTED
