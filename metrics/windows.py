"""Taking one of the uses that a window has: one statement, so that it is exact over threads, processes and hosts.

Written by hand, because it comes before whatever is limited. A use that is refused is found by reading alone, and so
keeps no writer waiting, however many there are of them.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from rest.database.statements import Function, Rows, for_sqlite, is_postgresql, rows_of


class Use(NamedTuple):
    """What came of asking for a use: whether there was one, how many are left, and when there will be all again."""

    is_taken: bool
    left: int
    opens_in: timedelta


# $1 is the key, $2 the limit, $3 the time, $4 when a window that opens now ends.
TABLE = "metrics_throttlewindow"
USED_UP = f"SELECT count, expires_at, false FROM {TABLE} WHERE key = $1 AND expires_at > $3 AND count >= $2"
TAKE = f"""
    INSERT INTO {TABLE} (key, count, expires_at) VALUES ($1, 1, $4)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN {TABLE}.expires_at > $3 THEN {TABLE}.count + 1 ELSE 1 END,
        expires_at = CASE WHEN {TABLE}.expires_at > $3 THEN {TABLE}.expires_at ELSE $4 END
    WHERE {TABLE}.expires_at <= $3 OR {TABLE}.count < $2
    RETURNING count, expires_at, true"""
TAKING = Function(
    "take_use",
    parameters=["varchar", "integer", "timestamptz", "timestamptz"],
    columns={"count": "integer", "expires_at": "timestamptz", "is_taken": "boolean"},
    body=f"""
    RETURN QUERY {USED_UP};
    IF FOUND THEN RETURN; END IF;
    RETURN QUERY {TAKE};
    IF FOUND THEN RETURN; END IF;
    RETURN QUERY {USED_UP};""",
)


def take_use(key: str, limit: int, duration: timedelta) -> Use:
    """Takes one of the `limit` uses that `key` has in a window, which opens with the first and lasts for `duration`."""
    now = timezone.now()
    rows = asked(key, limit, now, now + duration)
    if not rows:  # the window ended, or was deleted, just after it had been found used up
        return Use(False, 0, timedelta(seconds=1))
    count, expires_at, is_taken = rows[0]
    opens_in = min(max(moment(expires_at) - now, timedelta(seconds=1)), duration)
    return Use(bool(is_taken), max(limit - count, 0), opens_in)


def asked(key: str, limit: int, now: datetime, end: datetime) -> Rows:
    if is_postgresql():
        return TAKING.rows(key, limit, now, end)
    values = key, limit, connection.ops.adapt_datetimefield_value(now), connection.ops.adapt_datetimefield_value(end)
    steps = ((USED_UP, values[:3]), (TAKE, values), (USED_UP, values[:3]))
    return next((rows for text, given in steps if (rows := rows_of(for_sqlite(text), given))), [])


def moment(value: datetime | str) -> datetime:
    """A time as either database gives it: SQLite's has no zone, and is a text where it was not read from a table."""
    given = datetime.fromisoformat(value) if isinstance(value, str) else value
    return given if given.tzinfo else given.replace(tzinfo=UTC)
