"""What is answered where the database, or the disk, does not do its work: 503 or 507, with `Retry-After`.

Whatever the database says of itself passes through `outage_of`, wherever in a request it was raised.
"""

import errno
import logging
import sqlite3
import time
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError
from rest_framework.exceptions import APIException

from rest.exceptions import DatabaseBusy, DatabaseReadOnly, DatabaseUnavailable, InsufficientStorage

logger = logging.getLogger(__name__)

Refusal = type[APIException]
LOGGED_EVERY = 10.0  # seconds: each kind of outage is told once in so many

OF_FILES: dict[int, Refusal] = {
    errno.ENOSPC: InsufficientStorage,
    errno.EDQUOT: InsufficientStorage,
    errno.EROFS: DatabaseReadOnly,
}
# SQLite's primary result codes.
OF_SQLITE: dict[int, Refusal] = {
    sqlite3.SQLITE_FULL: InsufficientStorage,
    sqlite3.SQLITE_READONLY: DatabaseReadOnly,
    sqlite3.SQLITE_BUSY: DatabaseBusy,
    sqlite3.SQLITE_LOCKED: DatabaseBusy,
    sqlite3.SQLITE_PROTOCOL: DatabaseBusy,
    sqlite3.SQLITE_IOERR: DatabaseUnavailable,
    sqlite3.SQLITE_CANTOPEN: DatabaseUnavailable,
}
# PostgreSQL's SQLSTATE, or its class of two characters.
OF_POSTGRESQL: dict[str, Refusal] = {
    "53100": InsufficientStorage,  # disk_full
    "25006": DatabaseReadOnly,  # read_only_sql_transaction: a standby
    "55P03": DatabaseBusy,  # lock_not_available
    "57014": DatabaseBusy,  # query_canceled: by a limit that the database's owner has set
    "40": DatabaseBusy,  # deadlocks, and transactions that would contradict another
    "53": DatabaseUnavailable,  # too_many_connections, out_of_memory
    "57": DatabaseUnavailable,  # it is shut down or starts
    "58": DatabaseUnavailable,  # errors of its system
    "08": DatabaseUnavailable,  # of its connections
}


def outage_of(error: BaseException | None) -> APIException | None:
    """The refusal for an error that only says that something is missing at the moment; None for any other."""
    if isinstance(error, OSError):
        kind = OF_FILES.get(error.errno or 0)
    elif isinstance(error, DatabaseError | InterfaceError):
        kind = kind_of(error)
    else:
        return None
    return kind() if kind else None


def kind_of(error: DatabaseError | InterfaceError) -> Refusal | None:
    cause: Any = error.__cause__ or error
    if isinstance(cause, sqlite3.Error):
        return OF_SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    code = getattr(cause, "pgcode", None)
    if code:
        return OF_POSTGRESQL.get(code) or OF_POSTGRESQL.get(code[:2])
    # Without a code it was no answer of the database's: there is no connection.
    return DatabaseUnavailable if isinstance(error, OperationalError | InterfaceError) else None


class Reporter:
    """Logs outages without filling the disk: there may be thousands a second."""

    def __init__(self) -> None:
        self.logged_at: dict[str, float] = {}

    def report(self, message: str, error: BaseException) -> None:
        """Logs what the database said. An error that is no outage is logged each time, with its traceback."""
        refusal = outage_of(error)
        if refusal is None:
            logger.error(message, exc_info=error)
            return
        now = time.monotonic()
        about = f"{message} {type(refusal).__name__}"
        if now - self.logged_at.get(about, -LOGGED_EVERY) >= LOGGED_EVERY:
            self.logged_at[about] = now
            logger.error("%s %s: %s", message, type(error).__name__, str(error).strip().replace("\n", " "))


report = Reporter().report
