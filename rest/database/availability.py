"""How long a server waits for PostgreSQL, and whether it is worth asking at all.

A link that is stalled tells nobody: the kernel acknowledges, and no limit of the database's own can be heard. So the
server's processes wait by a callback of psycopg2's, and give up after `DATABASE_SECONDS`, which frees the thread. Then
the database is doubted: whoever wants a connection next finds out soon, for all. Where none could be made, whoever
wants one fails at once, and each second one thread tries again. Commands and the mail worker wait as long as it takes.
"""

import logging
import select
import threading
import time
from collections.abc import Callable
from typing import TypeVar

import psycopg2
from django.conf import settings
from psycopg2 import extensions

logger = logging.getLogger(__name__)

T = TypeVar("T")
CONNECTING_SECONDS = 2.0
DOUBT_SECONDS = 0.7  # instead, for who may have waited for a thread as long as another one waited for a statement
RETRY_SECONDS = 1.0  # between two attempts of a process to reach a database that did not answer
NO_ANSWER = "The database has not answered for {seconds:g} seconds."
NOT_ASKED = "The database did not answer a moment ago."


class Patience(threading.local):
    """What this thread is at. One that has just given up waiting for a statement need not wait once more."""

    is_connecting = False
    is_spent = False


class Availability:
    """Whether the database has answered lately, as far as this process knows."""

    def __init__(self) -> None:
        self.is_limited = False  # whether this process gives up: servers do
        self.is_down = False
        self.is_doubted = False  # since a statement had no answer; it may have been a row that somebody else held
        self.next_try = 0.0  # on time.monotonic()'s clock
        self.first = threading.Lock()  # whoever has it tries, and the others do not
        self.patience = Patience()

    def limit_waiting(self) -> None:
        """Has all threads of this process give up waiting from now on."""
        self.is_limited = True
        extensions.set_wait_callback(self.wait)

    def connect(self, connect: Callable[[], T]) -> T:
        """What `connect` gives. Raises psycopg2.OperationalError at once where it is not worth trying."""
        if self.patience.is_spent:
            self.patience.is_spent = False
            raise psycopg2.OperationalError(NOT_ASKED)
        if not (self.is_limited and (self.is_down or self.is_doubted)):
            return self.watched(connect)
        if not self.may_try():
            raise psycopg2.OperationalError(NOT_ASKED)
        try:
            return self.watched(connect)
        finally:
            self.first.release()

    def may_try(self) -> bool:
        """Whether it is worth trying; this thread has `first` then. A database that is only doubted has all wait."""
        if self.is_down:
            return time.monotonic() >= self.next_try and self.first.acquire(blocking=False)
        if not self.first.acquire(timeout=DOUBT_SECONDS):
            return False
        if self.is_down:  # whoever has tried meanwhile has failed
            self.first.release()
            return False
        return True

    def watched(self, connect: Callable[[], T]) -> T:
        self.patience.is_connecting = True
        try:
            connection = connect()
        except psycopg2.OperationalError as error:
            self.has_failed(error)
            raise
        finally:
            self.patience.is_connecting = False
        self.is_doubted = False
        if self.is_down:
            self.is_down = False
            logger.warning("The database answers again.")
        return connection

    def has_failed(self, error: Exception) -> None:
        self.next_try = time.monotonic() + RETRY_SECONDS
        if not self.is_down and self.is_limited:
            self.is_down = True
            logger.error("The database cannot be reached: %s", str(error).strip().replace("\n", " "))

    def wait(self, connection: extensions.connection) -> None:
        """Waits until the database has answered. Raises psycopg2.OperationalError, and psycopg2 then closes."""
        state = connection.poll()
        if state == extensions.POLL_OK:
            return
        seconds = self.longest_wait()
        deadline = time.monotonic() + seconds
        while state != extensions.POLL_OK:
            waiting = select.poll()
            waiting.register(connection.fileno(), select.POLLIN if state == extensions.POLL_READ else select.POLLOUT)
            left = deadline - time.monotonic()
            if left <= 0 or not waiting.poll(1000 * left):
                if not self.patience.is_connecting:
                    self.patience.is_spent = self.is_doubted = True
                raise psycopg2.OperationalError(NO_ANSWER.format(seconds=seconds))
            state = connection.poll()

    def longest_wait(self) -> float:
        """Seconds."""
        limit = float(settings.DATABASE_SECONDS)
        if not self.patience.is_connecting:
            return limit
        return min(limit, DOUBT_SECONDS if self.is_doubted and not self.is_down else CONNECTING_SECONDS)


AVAILABILITY = Availability()
