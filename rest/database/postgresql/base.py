"""Connections that are asked for only while the database answers (`rest.database.availability`)."""

from typing import Any

from django.db.backends.postgresql import base

from rest.database.availability import AVAILABILITY


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        return AVAILABILITY.connect(lambda: super(DatabaseWrapper, self).get_new_connection(conn_params))
