"""`manage.py migrate` while servers use the tables: nobody's request is ended for it."""

import threading
import time

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, connections

from rest.management.commands import migrate

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one lock for all tables")
LOCKED = "SELECT count(*) FROM pg_locks WHERE relation = %s::regclass AND mode = 'AccessExclusiveLock' AND granted"


@pytest.fixture
def plain_texts_to_come(history):
    """The next migration changes directors, then genres, then movies."""
    history.go_to([("movies", "0010_search_revision")])


@pytest.fixture
def migrating():
    """The command in a thread of its own; its error, if there is one."""
    failed = []

    def work():
        try:
            call_command("migrate", "movies", "0011_plain_texts", verbosity=0)
        except OperationalError as error:
            failed.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    yield thread, failed
    thread.join()


def until_locked(table):
    with connection.cursor() as cursor:
        for _ in range(400):
            cursor.execute(LOCKED, [table])
            if cursor.fetchone()[0]:
                return
            time.sleep(0.005)
    pytest.fail(f"{table} was never locked")


def ask(cursor, table):
    cursor.execute(f"SELECT count(*) FROM {table}")


@on_postgresql
def test_a_request_that_holds_what_the_migration_waits_for_gets_what_the_migration_holds(
    plain_texts_to_come, migrating
):
    thread, failed = migrating
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        ask(cursor, "movies_movie")
        thread.start()
        until_locked("movies_director")
        ask(cursor, "movies_director")  # each would wait for the other now
        cursor.execute("COMMIT")
    other.close()
    thread.join()
    assert failed == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT plain_title FROM movies_movie")


@on_postgresql
def test_it_gives_up_where_a_table_is_never_free(plain_texts_to_come, migrating, monkeypatch):
    monkeypatch.setattr(migrate, "SECONDS", 0.1)
    thread, failed = migrating
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        ask(cursor, "movies_movie")
        thread.start()
        thread.join(timeout=10)
    other.close()
    [error] = failed
    assert "lock timeout" in str(error)


def test_the_minute_is_one_migration_s_and_begins_anew_with_the_next(monkeypatch):
    """One that fills a million rows takes longer, and the next one may have to wait, too."""
    applied = iter([1, 2, 3])
    monkeypatch.setattr(migrate, "SECONDS", -1)
    monkeypatch.setattr(migrate, "PAUSES", (0, 0))
    monkeypatch.setattr(migrate, "number_applied", lambda database: next(applied))
    asked = []

    def handle(self, *args, **options):
        asked.append(1)
        if len(asked) <= 3:
            error = OperationalError("canceling statement due to lock timeout")
            error.__cause__ = Exception()
            error.__cause__.pgcode = "55P03"
            raise error

    monkeypatch.setattr(migrate.migrate.Command, "handle", handle)
    call_command("migrate", verbosity=0, skip_checks=True)
    assert len(asked) == 4


def test_another_failure_is_raised_at_once(monkeypatch):
    def handle(self, *args, **options):
        raise OperationalError("no such table")

    monkeypatch.setattr(migrate.migrate.Command, "handle", handle)
    with pytest.raises(OperationalError, match="no such table"):
        call_command("migrate", verbosity=0, skip_checks=True)
