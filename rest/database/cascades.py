"""Rows of a new table that go with their row of an older table, whoever deletes that.

Django deletes them itself, so that its foreign keys leave it at a refusal in the database. But the release before does
not know the new table: while it serves beside the next one, it could no longer delete what the new table refers to.
So a foreign key from a new table to an older one gets the rule in the database, too. Django 5.2 cannot say it
(`db_on_delete` of later versions can), and does not look at it: migrations say it with `go_with()`.

SQLite keeps the rule in the table's own text. A later migration that makes Django copy the table loses it; a test
compares what there has to be with what there is, as long as the release before needs it (config/tests/test_upgrade.py).
"""

import re
from typing import Any

from django.db import migrations

RULES = ("CASCADE", "SET NULL")


def go_with(table: str, column: str, *, rule: str = "CASCADE") -> migrations.RunPython:
    """The rows of `table` go (or with SET NULL their `column` does) with the row that `column` refers to."""
    assert rule in RULES, rule

    def forwards(apps: Any, schema_editor: Any) -> None:
        set_rule(schema_editor, table, column, f" ON DELETE {rule}")

    def backwards(apps: Any, schema_editor: Any) -> None:
        set_rule(schema_editor, table, column, "")

    return migrations.RunPython(forwards, backwards)


def set_rule(schema_editor: Any, table: str, column: str, rule: str) -> None:
    on = on_postgresql if schema_editor.connection.vendor == "postgresql" else on_sqlite
    on(schema_editor, table, column, rule)


def on_postgresql(schema_editor: Any, table: str, column: str, rule: str) -> None:
    """Takes the foreign key away and makes it again, in one statement. It reads the table once."""
    with schema_editor.connection.cursor() as cursor:
        constraints = schema_editor.connection.introspection.get_constraints(cursor, table)
    [(name, key)] = [
        (name, about["foreign_key"])
        for name, about in constraints.items()
        if about["foreign_key"] and about["columns"] == [column]
    ]
    quote = schema_editor.quote_name
    schema_editor.execute(
        f"ALTER TABLE {quote(table)} DROP CONSTRAINT {quote(name)}, ADD CONSTRAINT {quote(name)} "
        f"FOREIGN KEY ({quote(column)}) REFERENCES {quote(key[0])} ({quote(key[1])}){rule} "
        "DEFERRABLE INITIALLY DEFERRED"
    )


def on_sqlite(schema_editor: Any, table: str, column: str, rule: str) -> None:
    """Copies the table, as Django does for most changes. Its foreign keys are off in a migration."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", [table])
        [(text,)] = cursor.fetchall()
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql <> ''", [table])
        indexes = [index for (index,) in cursor.fetchall()]
    key = rf'("{column}" [^,]*? REFERENCES "\w+" \("\w+"\))(?: ON DELETE (?:{"|".join(RULES)}))?( DEFERRABLE)'
    changed, found = re.subn(key, rf"\1{rule}\2", text)
    assert found == 1, f"{table} has no foreign key {column}: {text}"
    statements = [
        changed.replace(f'CREATE TABLE "{table}"', f'CREATE TABLE "new__{table}"', 1),
        f'INSERT INTO "new__{table}" SELECT * FROM "{table}"',  # noqa: S608 - names of tables, from migrations
        f'DROP TABLE "{table}"',
        f'ALTER TABLE "new__{table}" RENAME TO "{table}"',
        *indexes,
    ]
    for statement in statements:
        schema_editor.execute(statement)
