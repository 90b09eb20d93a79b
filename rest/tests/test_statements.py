"""The functions on PostgreSQL: made when they are missing, left alone when they are there, right for whoever asks."""

import pytest
from django.core.management import call_command
from django.db import connection

from rest.database import statements
from rest.database.statements import FUNCTIONS, Statement, create_missing

postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no functions of its own")


def functions() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname FROM pg_proc WHERE proname LIKE 'marquee\\_%%'", [])
        return {name for (name,) in cursor.fetchall()}


@postgresql
def test_the_database_has_every_function_after_the_migrations(db):
    assert {function.name for function in FUNCTIONS} <= functions()


@postgresql
def test_those_that_are_missing_are_made_before_the_server_starts(db, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    name, before = FUNCTIONS[0].name, functions()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP FUNCTION {name}")
    assert functions() == before - {name}
    call_command("prepare", verbosity=0)
    assert functions() == before


@postgresql
def test_making_them_again_changes_nothing(db):
    before = functions()
    create_missing(using="default")
    assert functions() == before


@postgresql
def test_no_name_is_cut_off_or_used_twice(db):
    names = [function.name for function in FUNCTIONS]
    assert len(set(names)) == len(names)
    assert all(len(name) <= 63 for name in names)


def test_a_statement_gives_the_same_rows_on_both_databases(db, monkeypatch):
    monkeypatch.setattr(statements, "FUNCTIONS", [])
    text = "SELECT CAST($1 AS bigint) + 1, CAST($2 AS varchar)"
    statement = Statement(
        "test", parameters=["bigint", "varchar"], columns={"a": "bigint", "b": "varchar"}, postgresql=text, sqlite=text
    )
    create_missing(using="default")
    assert statement.rows(41, "100% 'it' \"is\"") == [(42, "100% 'it' \"is\"")]
