"""Statements: one text for both databases; functions on PostgreSQL, made when missing and else left alone."""

import re
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection, transaction

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


def test_a_statement_that_is_defined_after_the_start_is_an_error_that_says_what_to_do():
    with pytest.raises(ImproperlyConfigured, match=r"'late'.* `statement_modules` of the app's AppConfig"):
        Statement("late", parameters=[], columns={"a": "integer"}, text="SELECT 1")
    assert not any("_late_" in function.name for function in FUNCTIONS)


def test_every_module_that_defines_statements_is_named_by_its_app():
    """Every module of every app of ours, imported after the start, defines none."""
    for config in apps.get_app_configs():
        if (Path(config.path).parent / "manage.py").exists():
            for module in walk_packages([config.path], f"{config.name}."):
                if not re.search(r"\.(tests|test_\w+|migrations|server)\b", module.name):
                    import_module(module.name)


@pytest.fixture
def define(db, monkeypatch):
    """Defines a statement, and makes its function on PostgreSQL."""

    def define(name, **definition):
        functions = []
        monkeypatch.setattr(statements, "FUNCTIONS", functions)
        monkeypatch.setattr(statements, "register", lambda function, name: functions.append(function))
        statement = Statement(name, **definition)
        create_missing(using="default")
        return statement

    return define


class TestOneTextForBothDatabases:
    def test_a_parameter_may_occur_more_than_once_and_hold_any_text(self, define):
        statement = define(
            "repeated",
            parameters=["bigint", "varchar"],
            columns={"a": "bigint", "b": "varchar", "c": "bigint"},
            text="SELECT CAST($1 AS bigint) + 1, CAST($2 AS varchar), CAST($1 AS bigint)",
        )
        assert statement.rows(41, "100% 'it' \"is\" $1 ?") == [(42, "100% 'it' \"is\" $1 ?", 41)]

    @pytest.mark.parametrize(("kind", "values"), [("bigint[]", [3, 1, 2**62, 1]), ("varchar[]", ["b", "a'\"%", "é"])])
    def test_an_array_is_rows_in_its_order(self, define, kind, values):
        statement = define(
            "rows",
            parameters=[kind],
            columns={"value": kind.removesuffix("[]")},
            text="SELECT a.value FROM unnest($1) WITH ORDINALITY AS a (value, place) ORDER BY a.place DESC",
        )
        assert statement.rows(values) == [(value,) for value in reversed(values)]
        assert statement.rows([]) == []

    def test_two_arrays_are_rows_of_two_columns(self, define):
        statement = define(
            "pairs",
            parameters=["bigint[]", "integer[]"],
            columns={"a": "bigint", "b": "integer"},
            text="SELECT p.a, p.b FROM unnest($1, $2) AS p (a, b) ORDER BY p.a",
        )
        assert statement.rows([7, 5], [1, 2]) == [(5, 2), (7, 1)]

    def test_an_array_is_what_a_column_is_looked_up_in(self, define, make_movie):
        wanted, other = make_movie("Alien"), make_movie("Aliens")
        by_id, by_title = (
            define(name, parameters=[kind], columns={"id": "bigint"}, text=text)
            for name, kind, text in (
                ("by_id", "bigint[]", "SELECT m.id FROM movies_movie m WHERE m.id = ANY($1)"),
                ("by_title", "varchar[]", "SELECT m.id FROM movies_movie m WHERE m.title_key = ANY($1)"),
            )
        )
        assert by_id.rows([wanted.pk, 0]) == by_title.rows(["alien", "?"]) == [(wanted.pk,)]
        assert sorted(by_id.rows([wanted.pk, other.pk])) == [(wanted.pk,), (other.pk,)]
        assert by_id.rows([]) == by_title.rows([]) == []

    def test_text_is_compared_by_code_point(self, define, make_movie):
        for title in ("Z", "a", "é", "b"):
            make_movie(title)
        statement = define(
            "code_points",
            parameters=["varchar", "varchar"],
            columns={"title": "varchar"},
            text="SELECT m.title_key FROM movies_movie m WHERE m.title_key ~>=~ $1 AND m.title_key ~<~ $2 "
            "ORDER BY m.title_key USING ~<~",
        )
        assert statement.rows("b", "\U0010ffff") == [("b",), ("z",), ("é",)]


def test_statements_are_among_the_queries_that_django_logs(define, django_assert_num_queries):
    statement = define("logged", parameters=["bigint"], columns={"a": "bigint"}, text="SELECT CAST($1 AS bigint)")
    with django_assert_num_queries(1) as queries:
        assert statement.rows(4321) == [(4321,)]
    assert "4321" in queries[0]["sql"]


def test_a_statement_in_a_broken_transaction_is_the_error_that_django_raises(define):
    statement = define("broken", parameters=["bigint"], columns={"a": "bigint"}, text="SELECT CAST($1 AS bigint)")
    transaction.set_rollback(True)
    with pytest.raises(transaction.TransactionManagementError):
        statement.rows(1)
    transaction.set_rollback(False)
