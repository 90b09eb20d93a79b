"""Statements that the database plans once.

Planning was more than half of the database's time for a page of movies. On PostgreSQL each statement is therefore a
function, whose plan every connection keeps; unlike a prepared statement it works behind a pooler in transaction mode.
`migrate` makes the functions that are missing. A function's name tells its text, so that a server of the previous
release goes on with its own while the next one starts. On SQLite the driver keeps the plan of a repeated text itself.
"""

import re
from collections.abc import Sequence
from contextlib import closing
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction

FUNCTIONS: list["Function"] = []
LOCK = 7_735_391_105  # any number: two migrations at once must not make the same function
# The plan is made once for whatever values: PostgreSQL would plan anew for one id, or for a page's size.
CREATE = """
CREATE FUNCTION {name}({parameters}) RETURNS TABLE ({columns}) LANGUAGE plpgsql {nature}
SET plan_cache_mode = force_generic_plan AS $statement$
#variable_conflict use_column
DECLARE {variables}
BEGIN
    {body}
END
$statement$"""


class Function:
    """A function of PostgreSQL: `rows(*values)` calls it.

    `columns` are name → type, `parameters` types; the body calls them $1, $2 …
    """

    def __init__(
        self,
        name: str,
        *,
        parameters: Sequence[str],
        columns: dict[str, str],
        body: str,
        variables: str = "",
        nature: str = "VOLATILE",
    ) -> None:
        self.source = CREATE.format(
            name="{name}",
            parameters=", ".join(parameters),
            columns=", ".join(f"{column} {kind}" for column, kind in columns.items()),
            nature=nature,
            variables=variables,
            body=body,
        )
        self.name = f"marquee_{name}_{sha256(self.source.encode()).hexdigest()[:12]}"
        self.call = f"SELECT * FROM {self.name}({', '.join(['%s'] * len(parameters))})"
        FUNCTIONS.append(self)

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        return rows_of(self.call, values)

    def definition(self) -> str:
        return self.source.replace("{name}", self.name, 1)


class Statement(Function):
    """A question to either database: `rows(*values)` answers it.

    On PostgreSQL `choose` may be an array of ids, which the text then knows as `chosen_ids`.
    """

    def __init__(
        self,
        name: str,
        *,
        parameters: Sequence[str],
        columns: dict[str, str],
        postgresql: str,
        sqlite: str,
        choose: str = "",
    ) -> None:
        super().__init__(
            name,
            parameters=parameters,
            columns=columns,
            variables="chosen_ids bigint[];" if choose else "",
            body=f"{f'chosen_ids := {choose};' if choose else ''} RETURN QUERY {postgresql};",
            nature="STABLE PARALLEL SAFE",
        )
        self.sqlite = named(sqlite)

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        return super().rows(*values) if is_postgresql() else rows_of(self.sqlite, by_name(values))


@cache
def is_postgresql() -> bool:
    """Which database this process has."""
    return connections[DEFAULT_DB_ALIAS].vendor == "postgresql"


def rows_of(text: str, values: Any = None) -> list[tuple[Any, ...]]:
    """The rows that a statement gives. `values` and placeholders are as Django takes them; None: there are none."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.queries_logged or connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute(text, values)
            return cursor.fetchall()
    # The driver's own cursor: what Django puts around it costs as much as a small answer.
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors, closing(connection.connection.cursor()) as cursor:
        if is_postgresql():
            cursor.execute(text, values)
        else:
            cursor.execute(text if values is None else as_sqlite_writes(text), values or ())
        return cursor.fetchall()


@lru_cache(maxsize=256)
def as_sqlite_writes(text: str) -> str:
    """A text with Django's placeholders, with those of SQLite's driver."""
    return re.sub(r"%\((\w+)\)s", r":\1", text).replace("%s", "?").replace("%%", "%")


def named(text: str) -> str:
    """A text with $1, $2 … as Django writes it for parameters that may occur more than once."""
    return re.sub(r"\$(\d)", r"%(p\1)s", text.replace("%", "%%"))


def by_name(values: Sequence[Any]) -> dict[str, Any]:
    return {f"p{place}": value for place, value in enumerate(values, start=1)}


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
