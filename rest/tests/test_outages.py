"""Which errors of a database or a disk are outages, and what is answered to them, wherever they are met."""

import errno
import sqlite3
from contextlib import closing

import psycopg2
import pytest
from django.db import DataError, IntegrityError, InterfaceError, InternalError, OperationalError, ProgrammingError

from metrics.models import KeptAnswer
from movies.models import Movie
from rest.database import outages
from rest.database.outages import Reporter, outage_of
from rest.tests.helpers import is_problem


def raised_by(statement, path, *, uri="", **options):
    """What SQLite says of a statement, as Django raises it."""
    with closing(sqlite3.connect(uri or path, uri=bool(uri), timeout=0, **options)) as connection:
        with pytest.raises(sqlite3.Error) as caught:
            connection.executescript(statement)
        return of(caught.value)


def of(cause, kind=OperationalError):
    error = kind(str(cause))
    error.__cause__ = cause
    return error


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "database.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE texts (text); INSERT INTO texts VALUES ('x');")
    return path


def refusal(error):
    found = outage_of(error)
    return found and (found.status_code, found.default_code)


def test_a_full_disk_is_507(file):
    fill = "PRAGMA max_page_count = 2; INSERT INTO texts VALUES (randomblob(100000));"
    assert refusal(raised_by(fill, file)) == (507, "insufficient_storage")


def test_a_read_only_file_is_503(file):
    error = raised_by("INSERT INTO texts VALUES ('y');", file, uri=f"file:{file}?mode=ro")
    assert refusal(error) == (503, "read_only")


def test_a_lock_that_is_not_given_up_is_503(file):
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert refusal(raised_by("INSERT INTO texts VALUES ('y');", file)) == (503, "database_busy")


def test_a_file_that_cannot_be_opened_is_503(tmp_path):
    with pytest.raises(sqlite3.OperationalError) as caught:
        sqlite3.connect(tmp_path / "nowhere" / "x")
    assert refusal(of(caught.value)) == (503, "database_unavailable")


def test_a_statement_that_is_wrong_is_no_outage(file):
    assert refusal(raised_by("SELECT nothing FROM nowhere;", file)) is None


class FromServer(psycopg2.Error):
    """An error with a SQLSTATE, which psycopg2's own have only where a server has sent it."""

    pgcode = ""

    def __init__(self, code):
        super().__init__(code)
        self.pgcode = code


@pytest.mark.parametrize(
    ("code", "kind", "expected"),
    [
        ("53100", OperationalError, (507, "insufficient_storage")),
        ("25006", InternalError, (503, "read_only")),
        ("40P01", OperationalError, (503, "database_busy")),
        ("55P03", OperationalError, (503, "database_busy")),
        ("53300", OperationalError, (503, "database_unavailable")),
        ("57P01", OperationalError, (503, "database_unavailable")),
        ("08006", OperationalError, (503, "database_unavailable")),
        ("42P01", ProgrammingError, None),
        ("22001", DataError, None),
    ],
)
def test_postgresql_says_by_its_code_what_it_is(code, kind, expected):
    cause = type("Error", (FromServer,), {"pgcode": code})(code)
    assert refusal(of(cause, kind)) == expected


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
def test_a_connection_that_is_lost_has_no_code(kind):
    assert refusal(of(psycopg2.OperationalError("server closed the connection"), kind)) == (503, "database_unavailable")


@pytest.mark.parametrize(
    ("number", "expected"),
    [(errno.ENOSPC, (507, "insufficient_storage")), (errno.EROFS, (503, "read_only")), (errno.ENOENT, None)],
)
def test_files_that_cannot_be_written(number, expected):
    assert refusal(OSError(number, "no")) == expected


@pytest.mark.parametrize("error", [None, ValueError("x"), IntegrityError("twice")])
def test_anything_else_is_no_outage(error):
    assert outage_of(error) is None


# --- What is answered -----------------------------------------------------------------------------------------------


def lost():
    return OperationalError("server closed the connection unexpectedly")


def fail(*args, **kwargs):
    raise lost()


DIALECTS = ["/api/v1/movies/", "/api/auth/movies", "/api/movies/", "/movies/", "/"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", DIALECTS)
def test_a_view_that_meets_an_outage_answers_in_the_shape_of_its_dialect(client, monkeypatch, path):
    monkeypatch.setattr("rest.database.statements.fetched", fail)
    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", fail)
    response = client.get(path)
    assert response.status_code == 503, response.content
    assert response["Retry-After"] == "2"
    assert is_problem(response) == (path == "/api/v1/movies/")
    assert "cannot be reached" in response.json()["detail"]


@pytest.mark.django_db
def test_a_layer_that_meets_an_outage_answers_like_a_view(alice, monkeypatch):
    monkeypatch.setattr(KeptAnswer.objects._queryset_class, "claim", fail)
    alice.client.raise_request_exception = False
    response = alice.post("/api/v1/movies/", {"title": "Alien"}, HTTP_IDEMPOTENCY_KEY="k1")
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert is_problem(response)
    assert response.json()["code"] == "database_unavailable"
    assert not Movie.objects.exists()


@pytest.mark.django_db
def test_a_page_that_meets_an_outage_is_a_page(client, monkeypatch):
    monkeypatch.setattr("django.contrib.admin.AdminSite.login", fail)
    response = client.get("/admin/login/")
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert response["Content-Type"].startswith("text/html")
    assert b"cannot be reached" in response.content


# --- What is logged -------------------------------------------------------------------------------------------------


def test_an_outage_is_logged_once_in_a_while_and_a_fault_each_time(caplog, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(outages.time, "monotonic", lambda: now[0])
    reporter = Reporter()
    for _ in range(50):
        reporter.report("A request could not be answered.", lost())
    assert len(caplog.records) == 1
    assert caplog.records[0].exc_info is None
    now[0] += outages.LOGGED_EVERY
    reporter.report("A request could not be answered.", lost())
    assert len(caplog.records) == 2
    for _ in range(2):
        reporter.report("A request could not be answered.", ProgrammingError("no such table"))
    assert len(caplog.records) == 4
    assert caplog.records[-1].exc_info
