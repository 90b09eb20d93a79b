"""Statements by hand, which the database plans once.

Planning was more than half of the database's time for a page of movies. On PostgreSQL each statement is therefore a
function, whose plan every connection keeps. Unlike a prepared statement it works behind a pooler in transaction mode.
`migrate` makes the functions that are missing. A function's name holds a digest of its text, so that a server of the
previous release goes on with its own while the next one starts. On SQLite the driver keeps the plan of a repeated text.

An app's `AppConfig` names the modules that define statements: `statement_modules = ["movies.reactions"]`. They are
imported when Django starts. A statement that is defined later is an error, because `migrate` would not know it.

Texts are PostgreSQL's, with $1, $2 … for the parameters; `for_sqlite` is the only thing that rewrites them.
"""

import re
import time
from collections.abc import Sequence
from contextlib import closing
from functools import cache, lru_cache
from hashlib import sha256
from importlib import import_module
from typing import Any

import orjson
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import debug_transaction

from rest.database.slow import report_if_slow
from rest.database.time_limit import CLOCK

Rows = list[tuple[Any, ...]]

FUNCTIONS: list["Function"] = []
LOCK = 7_735_391_105  # any number: two migrations at once must not make the same function
# The plan is made once for whatever values: PostgreSQL would plan anew for one id, or for a page's size.
CREATE = """
CREATE FUNCTION {name}({parameters}) RETURNS TABLE ({columns}) LANGUAGE plpgsql {volatility}
SET plan_cache_mode = force_generic_plan AS $statement$
#variable_conflict use_column
DECLARE {variables}
BEGIN
    {body}
END
$statement$"""

# What SQLite writes otherwise: pattern → replacement. Whatever else a text says, both databases have to understand.
SQLITE = {
    # An array is a JSON text.
    r"= ANY\((\$\d+)\)": r"IN (SELECT value FROM json_each(\1))",
    r"unnest\((\$\d+)\) WITH ORDINALITY AS (\w+) \((\w+), (\w+)\)": (
        r"(SELECT value AS \3, key AS \4 FROM json_each(\1)) AS \2"
    ),
    r"unnest\((\$\d+), (\$\d+)\) AS (\w+) \((\w+), (\w+)\)": (
        r"(SELECT l.value AS \4, r.value AS \5 FROM json_each(\1) l JOIN json_each(\2) r ON r.key = l.key) AS \3"
    ),
    # Texts are compared by code point whatever the operator.
    r" USING ~<~": "",
    r"~(<|>=)~": r"\1",
    r"\$(\d+)": r"?\1",
}


class Function:
    """A function of PostgreSQL: `rows(*values)` calls it, in one round trip.

    `parameters` are types, `columns` name → type. `body` and `variables` are PL/pgSQL, where the parameters are $1,
    $2 … Raises ImproperlyConfigured when it is defined after Django has started.
    """

    def __init__(
        self,
        name: str,
        *,
        parameters: Sequence[str],
        columns: dict[str, str],
        body: str,
        variables: str = "",
        volatility: str = "VOLATILE",
    ) -> None:
        self.source = CREATE.format(
            name="{name}",
            parameters=", ".join(parameters),
            columns=", ".join(f"{column} {kind}" for column, kind in columns.items()),
            volatility=volatility,
            variables=variables,
            body=body,
        )
        self.name = f"marquee_{name}_{sha256(self.source.encode()).hexdigest()[:12]}"
        self.call = f"SELECT * FROM {self.name}({', '.join(['%s'] * len(parameters))})"
        register(self, name)

    def rows(self, *values: Any) -> Rows:
        return rows_of(self.call, values)

    def definition(self) -> str:
        return self.source.replace("{name}", self.name, 1)


class Statement(Function):
    """A question to either database: `rows(*values)` answers it. The value of an array parameter is a list.

    `text` is for PostgreSQL and, rewritten, for SQLite, unless that has a text of its own in `sqlite`. On PostgreSQL
    the array of ids that `chosen_ids`, an expression, gives is computed first; `text` knows it as `chosen_ids`.
    """

    def __init__(
        self,
        name: str,
        *,
        parameters: Sequence[str],
        columns: dict[str, str],
        text: str,
        sqlite: str | None = None,
        chosen_ids: str = "",
    ) -> None:
        super().__init__(
            name,
            parameters=parameters,
            columns=columns,
            variables="chosen_ids bigint[];" if chosen_ids else "",
            body=f"{f'chosen_ids := {chosen_ids};' if chosen_ids else ''} RETURN QUERY {text};",
            volatility="STABLE PARALLEL SAFE",
        )
        self.sqlite = for_sqlite(text if sqlite is None else sqlite)

    def rows(self, *values: Any) -> Rows:
        return super().rows(*values) if is_postgresql() else rows_of(self.sqlite, values)


@lru_cache(maxsize=256)
def for_sqlite(text: str) -> str:
    """The text as SQLite understands it: arrays are JSON texts, parameters are ?1, ?2 …"""
    for pattern, replacement in SQLITE.items():
        text = re.sub(pattern, replacement, text)
    return text


@cache
def is_postgresql() -> bool:
    """Which database this process has."""
    return connections[DEFAULT_DB_ALIAS].vendor == "postgresql"


def rows_of(text: str, values: Sequence[Any] = ()) -> Rows:
    """The rows that a statement gives. The text's placeholders are the driver's: %s on PostgreSQL, ?1 on SQLite."""
    connection = connections[DEFAULT_DB_ALIAS]
    if not is_postgresql():
        values = [orjson.dumps(value).decode() if isinstance(value, list) else value for value in values]
    if connection.queries_logged:
        with debug_transaction(connection, f"{text} -- {values}"):
            return fetched(connection, text, values)
    return fetched(connection, text, values)


def fetched(connection: BaseDatabaseWrapper, text: str, values: Sequence[Any]) -> Rows:
    """By the driver's own cursor: what Django puts around it costs as much as a small answer."""
    connection.validate_no_broken_transaction()
    connection.close_if_health_check_failed()
    if connection.connection is None:
        connection.ensure_connection()
    began = time.perf_counter()
    try:
        with connection.wrap_database_errors, closing(connection.connection.cursor()) as cursor:
            cursor.execute(CLOCK.timed(text), values)
            rows: Rows = cursor.fetchall()
    finally:
        report_if_slow(text, time.perf_counter() - began)
    return rows


# --- The functions in the database ----------------------------------------------------------------------------------


def register(function: Function, name: str) -> None:
    if apps.ready:
        raise ImproperlyConfigured(
            f"The statement {name!r} is defined too late for `migrate` to make its function. "
            "Name the module that defines it in `statement_modules` of the app's AppConfig."
        )
    FUNCTIONS.append(function)


def load() -> None:
    """Imports the modules that define statements, as each app's AppConfig names them in `statement_modules`."""
    for config in apps.get_app_configs():
        for module in getattr(config, "statement_modules", ()):
            import_module(module)


def create_missing(*, using: str, **kwargs: Any) -> None:
    """Makes the functions that the database does not have yet. Called after each `migrate`."""
    if connections[using].vendor != "postgresql":
        return
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND proname = ANY(%s)",
            [[function.name for function in FUNCTIONS]],
        )
        present = {name for (name,) in cursor.fetchall()}
        for function in FUNCTIONS:
            if function.name not in present:
                cursor.execute(function.definition())
