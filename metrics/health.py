"""For load balancers and orchestrators: does the process answer, and can it do its work?"""

import logging
from collections.abc import Callable
from functools import cache

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rest.database.migrations import missing_migrations

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5


class MigrationsMissing(Exception):
    """Some migrations of this code have not been applied to the database."""


def check_database() -> None:
    """Raises DatabaseError when the database does not answer a query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


@cache
def check_migrations() -> None:
    """Raises MigrationsMissing until every migration is applied. Asks no more after that: the code stays as it is."""
    if missing := missing_migrations():
        raise MigrationsMissing(", ".join(missing))


CHECKS: dict[str, Callable[[], None]] = {"database": check_database, "migrations": check_migrations}


@never_cache
@require_safe
def livez(request: HttpRequest) -> JsonResponse:
    """200 whenever the process answers. The database is not asked: its failure must not restart every worker."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and every migration is applied; else 503 with the name of the failed check."""
    for name, check in CHECKS.items():
        try:
            check()
        except (DatabaseError, MigrationsMissing) as error:
            logger.error("Not ready, %s: %s", name, error)
            headers = {"Retry-After": str(RETRY_SECONDS)}
            return JsonResponse({"status": "unavailable", "failed": name}, status=503, headers=headers)
    return JsonResponse({"status": "ok"})
