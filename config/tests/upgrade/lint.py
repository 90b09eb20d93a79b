"""Looks at the migrations since the last release: whether the release before can go on while they have been applied.

    bin/check migration_lint

It is django-migration-linter, and on top of that a look at the operations themselves: on SQLite, where Django copies a
table for most changes, the linter cannot tell a new column that must have a value from the old ones in the copy.
The migrations of the last release and of those before it (`release.LAST_MIGRATIONS`) are applied everywhere, so they
are left out.
"""

import os
import sys
from collections.abc import Iterator

import django
from django.db import connection
from django.db.migrations import Migration, SeparateDatabaseAndState
from django.db.migrations import operations as kinds
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Field
from django.db.models.fields import NOT_PROVIDED
from django_migration_linter import MigrationLinter
from django_migration_linter.sql_analyser import analyse_sql_statements

from config.tests.upgrade.release import LAST_MIGRATIONS, TAG, migrations_since

# What the linter says that is no reason to fail: (app, migration, its code) → why.
ACCEPTED: dict[tuple[str, str, str], str] = {}
# On SQLite the columns and the indexes of a table that is copied look like new ones. `contractions` looks at the
# operations instead, and `make test` runs the linter on PostgreSQL, too.
BLIND_ON_SQLITE = {"NOT_NULL", "ADD_UNIQUE"}


def findings() -> list[str]:
    """A line for everything that the release before could not live with."""
    linter = MigrationLinter(no_cache=True)
    loader = MigrationLoader(connection)
    return [line for key in migrations_since(loader) for line in findings_in(linter, loader, key)]


def findings_in(linter: MigrationLinter, loader: MigrationLoader, key: tuple[str, str]) -> Iterator[str]:
    migration = loader.disk_migrations[key]
    ignored = BLIND_ON_SQLITE if connection.vendor == "sqlite" else set()
    errors, _, _ = analyse_sql_statements(linter.sql_analyser_class, linter.get_sql(*key), ignored)
    of_data, _, _ = linter.analyse_data_migration(migration)
    for issue in errors + of_data:
        if (*key, issue.code) not in ACCEPTED:
            yield f"{'.'.join(key)}: {issue.message} ({issue.code}, table {issue.table})"
    released = loader.project_state(list(LAST_MIGRATIONS.items()))
    before = loader.project_state(key, at_end=False)
    yield from (f"{'.'.join(key)}: {said}" for said in contractions(migration, before, released))


def contractions(migration: Migration, before: ProjectState, released: ProjectState) -> Iterator[str]:
    """What the operations take from the release before, or ask of it. `before` is the state that they begin with."""
    state = before.clone()
    for operation in migration.operations:
        parts = operation.database_operations if isinstance(operation, SeparateDatabaseAndState) else [operation]
        for part in parts:
            yield from asked_of_writers(part, migration.app_label, state, released)
            yield from taken(part, migration.app_label, released)
        operation.state_forwards(migration.app_label, state)


def asked_of_writers(operation: Operation, app: str, state: ProjectState, released: ProjectState) -> Iterator[str]:
    """A column without a value of its own, in a table that the release before writes."""
    if not isinstance(operation, kinds.AddField | kinds.AlterField):
        return
    key = (app, operation.model_name_lower)
    fields = state.models[key].fields if key in state.models else {}
    was_required = isinstance(operation, kinds.AlterField) and is_required(fields.get(operation.name))
    if key in released.models and is_required(operation.field) and not was_required:
        yield f"{operation.model_name}.{operation.name} is not null and has no db_default: {TAG} could not add a row"


def is_required(field: "Field | None") -> bool:
    """Whether the database needs a value of whoever adds a row."""
    if field is None or field.null or field.primary_key or field.many_to_many or getattr(field, "generated", False):
        return False
    return field.db_default is NOT_PROVIDED


def taken(operation: Operation, app: str, released: ProjectState) -> Iterator[str]:
    """A table or column that the release before knows."""
    if isinstance(operation, kinds.RemoveField | kinds.RenameField):
        known = released.models.get((app, operation.model_name_lower))
        name = operation.old_name if isinstance(operation, kinds.RenameField) else operation.name
        if known and name in known.fields:
            yield f"{operation.model_name}.{name} is still used by {TAG}"
    elif isinstance(operation, kinds.DeleteModel | kinds.AlterModelTable | kinds.RenameModel):
        name = operation.old_name if isinstance(operation, kinds.RenameModel) else operation.name
        if (app, name.lower()) in released.models:
            yield f"{name} is still used by {TAG}"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.test_settings")
    os.environ.setdefault("LOG_LEVEL", "WARNING")  # the linter says which statements it reads
    django.setup()
    found = findings()
    print(*found, f"{len(found)} findings in the migrations since {TAG}.", sep="\n")
    sys.exit(1 if found else 0)
