"""Statements that take long while a request is answered: a line in the log, with the route, and a signal.

The line has the statement's text without its parameters. On SQLite rows are found while they are fetched, of which
Django's own cursors tell nothing: there a statement is slow before its first row, or in `statements.fetched()`.
"""

import logging
import time
from collections.abc import Callable
from threading import Lock
from typing import Any
from weakref import WeakSet

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import Signal

from rest.current import CURRENT

logger = logging.getLogger(__name__)

LONGEST_TEXT = 500  # characters
slow_statement = Signal()  # sender: None; seconds

_connections: WeakSet[BaseDatabaseWrapper] = WeakSet()
_lock = Lock()


def watch(connection: BaseDatabaseWrapper, **signal: Any) -> None:
    """Receives `connection_created`. The wrapper stays when the connection is made anew."""
    with _lock:
        _connections.add(connection)
    if execute_watched not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, execute_watched)


def open_connections() -> int:
    """How many connections to the database this process has."""
    with _lock:
        return sum(one.connection is not None for one in _connections)


def execute_watched(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    began = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        report_if_slow(sql, time.perf_counter() - began)


def report_if_slow(sql: str, seconds: float) -> None:
    """Only what a request waits for: imports and the like have long statements by nature."""
    limit = settings.SLOW_STATEMENT_SECONDS
    if not limit or seconds < limit or not CURRENT.request_id:
        return
    slow_statement.send(sender=None, seconds=seconds)
    text = " ".join(str(sql).split())[:LONGEST_TEXT]
    about = {"route": CURRENT.route or None, "seconds": round(seconds, 3), "statement": text}
    logger.warning(
        "Slow statement: %.3f s at %s: %s",
        seconds,
        CURRENT.route or "no route",
        text,
        extra={"kind": text, "fields": about},
    )


connection_created.connect(watch, dispatch_uid="rest.database.slow")
