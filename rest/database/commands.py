"""What commands that need the database have in common: one sentence instead of a traceback, and their exit statuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from rest.database.migrations import missing_migrations

# Exit statuses beside 0. A wrong argument is FAILURE, too, as everywhere in Django.
NOT_ALL, FAILURE, INTERRUPTED = 1, 2, 130


class DatabaseCommand(BaseCommand):
    """A command that begins with a database that answers and, unless it migrates itself, is migrated."""

    needs_migrations = True

    def execute(self, *args: Any, **options: Any) -> str | None:
        with usable_database(migrated=self.needs_migrations):
            return super().execute(*args, **options)


@contextmanager
def usable_database(*, migrated: bool = True) -> Iterator[None]:
    """Raises CommandError where the database does not answer, is not migrated, or fails before the block has ended."""
    check_usable(migrated=migrated)
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise unusable(f"The database failed: {sentence(error)}") from error


def check_usable(*, migrated: bool = True) -> None:
    """Raises CommandError for a database that does not answer or, where it has to be, is not migrated."""
    try:
        connection.ensure_connection()
        is_behind = migrated and missing_migrations()
    except DatabaseError as error:
        name = connection.settings_dict["NAME"]
        raise unusable(f"The database {name} cannot be used: {sentence(error)} DATABASE_URL names it.") from error
    if is_behind:
        raise unusable("The database lacks migrations of this version: manage.py prepare applies them.")


def unusable(message: str) -> CommandError:
    return CommandError(message, returncode=FAILURE)


def sentence(error: Exception) -> str:
    """The first line of what the database says, with one full stop."""
    return f"{str(error).strip().splitlines()[0].rstrip('.')}." if str(error).strip() else f"{type(error).__name__}."
