"""How long a server waits for PostgreSQL, and whether it is worth asking at all.

A link that is stalled tells nobody: the kernel acknowledges, and no limit of the database's own can be heard. So the
server's processes wait by a callback of psycopg2's, and give up after `DATABASE_SECONDS`, which frees the thread. Where
a connection could not be made, whoever wants one fails at once, and each second one thread tries again. Commands and
the mail worker wait as long as it takes.
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
RETRY_SECONDS = 1.0  # between two attempts of a process to reach a database that did not answer
NO_ANSWER = "The database has not answered for {seconds:g} seconds."
NOT_ASKED = "The database did not answer a moment ago."


class Patience(threading.local):
    """Whether this thread has just given up waiting for a statement: the same request need not wait once more."""

    is_spent = False


class Availability:
    """Whether the database has answered lately, as far as this process knows."""

    def __init__(self) -> None:
        self.is_limited = False  # whether this process gives up: servers do
        self.is_down = False
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
        if not (self.is_limited and self.is_down):
            return self.watched(connect)
        if time.monotonic() < self.next_try or not self.first.acquire(blocking=False):
            raise psycopg2.OperationalError(NOT_ASKED)
        try:
            return self.watched(connect)
        finally:
            self.first.release()

    def watched(self, connect: Callable[[], T]) -> T:
        try:
            connection = connect()
        except psycopg2.OperationalError as error:
            self.has_failed(error)
            raise
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
        is_connecting = connection.status == extensions.STATUS_SETUP
        seconds = min(CONNECTING_SECONDS, settings.DATABASE_SECONDS) if is_connecting else settings.DATABASE_SECONDS
        deadline = time.monotonic() + seconds
        while state != extensions.POLL_OK:
            waiting = select.poll()
            waiting.register(connection.fileno(), select.POLLIN if state == extensions.POLL_READ else select.POLLOUT)
            left = deadline - time.monotonic()
            if left <= 0 or not waiting.poll(1000 * left):
                self.patience.is_spent = not is_connecting
                raise psycopg2.OperationalError(NO_ANSWER.format(seconds=seconds))
            state = connection.poll()


AVAILABILITY = Availability()
