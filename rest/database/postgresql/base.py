"""Connections that are asked for only while the database answers (`rest.database.availability`), and migrations that
do not wait long for a table."""

from typing import Any, Self

from django.db.backends.postgresql import base, schema

from rest.database.availability import AVAILABILITY
from rest.database.locks import MIGRATION_LOCK_MILLISECONDS


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """A migration gives up where it waits for a lock, and `migrate` begins it again.

    It holds the tables that it has changed meanwhile. A server that waits for one of them while it holds the next would
    be ended by PostgreSQL after a second (deadlock_timeout), with a 500.
    """

    def __enter__(self) -> Self:
        super().__enter__()
        if self.atomic_migration and not self.collect_sql:
            self.execute(f"SET LOCAL lock_timeout = {MIGRATION_LOCK_MILLISECONDS}")
        return self


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = DatabaseSchemaEditor

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        return AVAILABILITY.connect(lambda: super(DatabaseWrapper, self).get_new_connection(conn_params))
