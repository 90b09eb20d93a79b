"""For load balancers and orchestrators: does the process answer, and can it do its work?"""

import logging
import os
import threading
import time
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from metrics.models import Heartbeat
from rest.database.locks import not_waiting_long
from rest.database.migrations import missing_migrations
from rest.database.outages import outage_of, report
from rest.exceptions import DatabaseBusy

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5
BELIEVED_SECONDS = 2.0  # for which a check of writing holds: whoever asks without end makes nobody write without end
LEAST_FREE_BYTES = 20_000_000


class NotReady(Exception):
    """What is missing, in a sentence for the log."""


def check_database() -> None:
    """Raises DatabaseError when the database does not answer a query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


@cache
def check_migrations() -> None:
    """Raises NotReady until every migration is applied. Asks no more after that: the code stays as it is."""
    if missing := missing_migrations():
        raise NotReady(", ".join(missing))


def check_disk() -> None:
    """Raises NotReady where there is no room for what comes next; the database may fail only with one of the writes."""
    free = os.statvfs(settings.VAR_DIR)
    if free.f_bavail * free.f_frsize < LEAST_FREE_BYTES:
        raise NotReady(f"{free.f_bavail * free.f_frsize} bytes are free at {settings.VAR_DIR}")


class WritingCheck:
    """Writes a row, and remembers for BELIEVED_SECONDS what came of it. Others meanwhile are told the same."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.checked_at = 0.0  # on time.monotonic()'s clock; 0 before the first time
        self.error: Exception | None = None

    def __call__(self) -> None:
        """Raises DatabaseError where nothing can be written."""
        with self.lock:
            if not self.checked_at or time.monotonic() - self.checked_at > BELIEVED_SECONDS:
                self.error = self.attempt()
                self.checked_at = time.monotonic()
            error = self.error
        if error:
            raise error

    @staticmethod
    def attempt() -> Exception | None:
        """What keeps this process from writing. That others are at it does not."""
        try:
            with not_waiting_long():
                Heartbeat.objects.beat("web")
        except (DatabaseError, InterfaceError) as error:
            return None if isinstance(outage_of(error), DatabaseBusy) else error
        return None


CHECKS: dict[str, Callable[[], None]] = {
    "database": check_database,
    "migrations": check_migrations,
    "disk": check_disk,
    "writing": WritingCheck(),
}


@never_cache
@require_safe
def livez(request: HttpRequest) -> JsonResponse:
    """200 whenever the process answers. The database is not asked: its failure must not restart every worker."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, takes what is written and is migrated; else 503 with the name of the failed check.

    `mail` says whether a mail worker is alive. The web goes on without one.
    """
    for name, check in CHECKS.items():
        try:
            check()
        except (DatabaseError, InterfaceError) as error:
            report(f"Not ready, {name}:", error)
            return unavailable(name)
        except NotReady as error:
            logger.error("Not ready, %s: %s", name, error)
            return unavailable(name)
    return JsonResponse({"status": "ok", "mail": "ok" if Heartbeat.objects.alive("mail").exists() else "down"})


def unavailable(name: str) -> JsonResponse:
    headers = {"Retry-After": str(RETRY_SECONDS)}
    return JsonResponse({"status": "unavailable", "failed": name}, status=503, headers=headers)
