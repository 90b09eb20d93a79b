"""Connections that are asked for only while the database answers (`rest.database.availability`), and migrations that
do not wait long for a table."""

from typing import Any

from django.db.backends.postgresql import base, schema

from rest.database.availability import AVAILABILITY
from rest.database.locks import MIGRATION_LOCK_MILLISECONDS


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """A migration gives up where it waits for a table, and `migrate` begins it again.

    It holds the tables that it has changed meanwhile. A server that waits for one of them while it holds the next would
    be ended by PostgreSQL after a second (deadlock_timeout), with a 500.
    """

    def execute(self, sql: Any, params: Any = ()) -> None:
        if self.collect_sql or not self.atomic_migration:
            super().execute(sql, params)
            return
        with self.connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {MIGRATION_LOCK_MILLISECONDS}")
            super().execute(sql, params)
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")  # rows to fill may wait for as long as it takes


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = DatabaseSchemaEditor

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        return AVAILABILITY.connect(lambda: super(DatabaseWrapper, self).get_new_connection(conn_params))
