"""A statement that takes long while a request is answered is logged with its route and without its parameters."""

import logging

import pytest
from django.db import connection

from accounts.models import User
from rest.current import CURRENT
from rest.database import slow
from rest.database.statements import rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def request_of_ours(settings):
    """Any statement is slow, and a request is being answered."""
    settings.SLOW_STATEMENT_SECONDS = 1e-9
    connection.ensure_connection()
    CURRENT.begin("trace-7")
    CURRENT.route = "/api/v1/movies/"
    yield
    CURRENT.begin("")


def said(caplog):
    return [record for record in caplog.records if record.name == "rest.database.slow"]


def test_of_djangos_orm(caplog):
    list(User.objects.filter(username="a-secret-name"))
    (record,) = said(caplog)
    assert record.levelno == logging.WARNING
    assert "accounts_user" in record.fields["statement"]
    assert record.fields["route"] == "/api/v1/movies/"
    assert record.fields["seconds"] >= 0
    assert "a-secret-name" not in caplog.text
    assert "/api/v1/movies/" in record.getMessage()


def test_of_statements_by_hand(caplog):
    placeholder = "%s" if connection.vendor == "postgresql" else "?1"
    assert rows_of(f"SELECT {placeholder} || 'x'", ["a-secret"]) == [("a-secretx",)]
    assert len(said(caplog)) == 1
    assert "a-secret" not in caplog.text


def test_one_that_fails_is_logged_too(caplog):
    with pytest.raises(Exception, match="no_such_table"):
        rows_of("SELECT 1 FROM no_such_table")
    assert len(said(caplog)) == 1


def test_a_long_text_is_cut(caplog):
    rows_of(f"SELECT 1 /* {'x' * 5000} */")
    (record,) = said(caplog)
    assert len(record.fields["statement"]) == slow.LONGEST_TEXT


def test_it_is_told_to_whoever_listens():
    heard = []

    def listen(**signal):
        heard.append(signal["seconds"])

    slow.slow_statement.connect(listen)
    rows_of("SELECT 1")
    slow.slow_statement.disconnect(listen)
    assert len(heard) == 1


@pytest.mark.parametrize("seconds", [0, 60])
def test_quick_ones_are_not_and_0_logs_none(caplog, settings, seconds):
    settings.SLOW_STATEMENT_SECONDS = seconds
    rows_of("SELECT 1")
    User.objects.count()
    assert said(caplog) == []


def test_what_no_request_waits_for_is_not(caplog):
    CURRENT.begin("")
    rows_of("SELECT 1")
    assert said(caplog) == []


def test_open_connections_are_known():
    assert slow.open_connections() >= 1
