"""What commands that need the database have in common: one sentence instead of a traceback, and their exit statuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

# 1 is any other failure, and 2 a wrong argument, as everywhere in Django.
DATABASE_UNUSABLE = 3


class DatabaseCommand(BaseCommand):
    """A command that begins with a database that answers and, unless it migrates itself, is migrated."""

    needs_migrations = True

    def execute(self, *args: Any, **options: Any) -> str | None:
        with database_errors_as_sentences():
            check_usable(connections[DEFAULT_DB_ALIAS], migrated=self.needs_migrations)
            return super().execute(*args, **options)


@contextmanager
def database_errors_as_sentences() -> Iterator[None]:
    """Turns what is wrong with the database, and not with a statement, into a CommandError."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise unusable(f"The database failed: {sentence(error)}") from error


def check_usable(connection: BaseDatabaseWrapper, *, migrated: bool) -> None:
    """Raises CommandError for a database that does not answer or, where it has to be, is not migrated."""
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
    except DatabaseError as error:
        where = connection.settings_dict["NAME"]
        raise unusable(f"The database {where} cannot be used: {sentence(error)} (DATABASE_URL names it.)") from error
    if migrated and executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise unusable("The database lacks migrations of this version: manage.py prepare applies them.")


def unusable(message: str) -> CommandError:
    return CommandError(message, returncode=DATABASE_UNUSABLE)


def sentence(error: Exception) -> str:
    """The first line of what the database says, with one full stop."""
    return f"{str(error).strip().splitlines()[0].rstrip('.')}." if str(error).strip() else f"{type(error).__name__}."
