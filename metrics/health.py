"""For load balancers and orchestrators: does the process answer, and can it do its work?"""

import logging
from collections.abc import Callable
from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


class MigrationsMissing(Exception):
    """The database is behind the code."""


def check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


@cache
def check_migrations() -> None:
    """Raises until every migration is applied; from then on costs nothing, since a process's code does not change."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise MigrationsMissing(", ".join(str(migration) for migration, _ in missing))


CHECKS: dict[str, Callable[[], None]] = {"database": check_database, "migrations": check_migrations}


@never_cache
@require_safe
def livez(request: HttpRequest) -> JsonResponse:
    """The process answers. It asks nothing else, so that a database's failure does not restart every worker."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The database is reachable and every migration applied; otherwise 503 and which of the two is not so."""
    for name, check in CHECKS.items():
        try:
            check()
        except (DatabaseError, MigrationsMissing) as error:
            logger.error("Not ready, %s: %s", name, error)
            return JsonResponse({"status": "unavailable", "failed": name}, status=503)
    return JsonResponse({"status": "ok"})
