"""`manage.py migrate`, which on PostgreSQL gives way to servers that use the tables meanwhile."""

import random
import time
from typing import Any

from django.core.management.commands import migrate
from django.db import OperationalError, connections
from django.db.migrations.recorder import MigrationRecorder

from rest.database.locks import waited_for_lock

SECONDS = 60.0  # for which one migration is tried
PAUSES = 0.05, 0.5  # seconds, the shortest and the longest


class Command(migrate.Command):
    help = f"{migrate.Command.help} Where a server holds what a migration needs, it is begun anew for up to a minute."

    def handle(self, *args: Any, **options: Any) -> None:
        tried, until = -1, 0.0
        while True:
            try:
                super().handle(*args, **options)
                return
            except OperationalError as error:
                if not waited_for_lock(error):
                    raise
                if tried != (applied := number_applied(options["database"])):
                    tried, until = applied, time.monotonic() + SECONDS
                elif time.monotonic() > until:
                    raise
            if options["verbosity"]:
                self.stdout.write("\n  A server uses what this one changes: trying again …")
            time.sleep(random.uniform(*PAUSES))  # noqa: S311 - no secret


def number_applied(database: str) -> int:
    """So many migrations are done."""
    return len(MigrationRecorder(connections[database]).applied_migrations())
