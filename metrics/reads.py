"""What a network's slow reads cost: milliseconds in a window of the throttles, exact over processes and hosts.

A quick read costs nothing, and writes nothing. What is left is looked up before a read that may be slow, and then not
again for a second.
"""

import logging
import time
from collections import Counter
from datetime import timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from metrics.addresses import client_network
from metrics.limits import Limit, limits_of
from metrics.windows import TABLE, moment
from rest.database.locks import not_waiting_long
from rest.database.outages import report
from rest.database.statements import Function, Statement, for_sqlite, is_postgresql, rows_of

logger = logging.getLogger(__name__)

SCOPE = "reads"
WINDOW = timedelta(minutes=1)
FREE_SECONDS = 0.05  # a read that took less costs nothing
BELIEVED_SECONDS = 1.0  # for which a look at what is left holds
MOST_KEPT = 10_000  # networks that a process remembers

# $1 is the key, $2 the milliseconds, $3 the time, $4 when a window that opens now ends.
CHARGE = f"""
    INSERT INTO {TABLE} (key, count, expires_at) VALUES ($1, $2, $4)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN {TABLE}.expires_at > $3 THEN {TABLE}.count + $2 ELSE $2 END,
        expires_at = CASE WHEN {TABLE}.expires_at > $3 THEN {TABLE}.expires_at ELSE $4 END
    RETURNING count"""
CHARGING = Function(
    "charge_reads",
    parameters=["varchar", "integer", "timestamptz", "timestamptz"],
    columns={"count": "integer"},
    body=f"RETURN QUERY {CHARGE};",
)
SPENT = Statement(
    "spent_on_reads",
    parameters=["varchar", "timestamptz"],
    columns={"count": "integer", "expires_at": "timestamptz"},
    text=f"SELECT count, expires_at FROM {TABLE} WHERE key = $1 AND expires_at > $2",
)

believed: dict[str, float] = {}  # key → until when, on time.monotonic()'s clock, something is left
owed: Counter[str] = Counter()  # key → milliseconds that could not be written yet


def is_limited() -> bool:
    return bool(settings.THROTTLING and settings.THROTTLE_READ_SECONDS)


def key_of(request: Request) -> str:
    return f"{SCOPE}:address:{client_network(request._request)}"


def refuse_spent(*, request: Request, **signal: Any) -> None:
    """Raises Throttled where the caller's network has had all of its time."""
    if not is_limited():
        return
    key = key_of(request)
    if believed.get(key, 0) > time.monotonic():
        return
    opens_in = time_until_more(key)
    if opens_in:
        quota = settings.THROTTLE_READ_SECONDS
        limits_of(request._request)[SCOPE] = Limit(SCOPE, quota, int(WINDOW.total_seconds()), 0, opens_in, True)
        raise Throttled(opens_in, "Your slow reads have had all of their time. Ask for less, or")
    remember(key)


def time_until_more(key: str) -> int:
    """Seconds until there is time again; 0 where some is left, or where the table cannot be used."""
    now = timezone.now()
    try:
        rows = SPENT.rows(key, now if is_postgresql() else connection.ops.adapt_datetimefield_value(now))
    except DatabaseError as error:
        report("A read went unlimited, because the throttle's table cannot be used.", error)
        return 0
    if not rows or rows[0][0] < 1000 * settings.THROTTLE_READ_SECONDS:
        return 0
    return max(1, ceil((moment(rows[0][1]) - now).total_seconds()))


def remember(key: str) -> None:
    if len(believed) >= MOST_KEPT:
        believed.clear()
    believed[key] = time.monotonic() + BELIEVED_SECONDS


def charge(*, request: Request, seconds: float, **signal: Any) -> None:
    """Counts a slow read. Where that cannot be written now, the network's next slow read brings it along."""
    if seconds < FREE_SECONDS or not is_limited():
        return
    key = key_of(request)
    milliseconds = int(1000 * seconds) + owed.pop(key, 0)
    believed.pop(key, None)
    try:
        with not_waiting_long():
            write(key, milliseconds)
    except DatabaseError as error:
        report("What a read cost could not be written.", error)
        if len(owed) < MOST_KEPT:
            owed[key] += milliseconds


def write(key: str, milliseconds: int) -> None:
    now = timezone.now()
    times = now, now + WINDOW
    if is_postgresql():
        CHARGING.rows(key, milliseconds, *times)
    else:
        rows_of(for_sqlite(CHARGE), (key, milliseconds, *map(connection.ops.adapt_datetimefield_value, times)))
