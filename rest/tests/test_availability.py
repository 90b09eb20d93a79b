"""How long a server waits for PostgreSQL, and when it does not ask at all."""

import socket
import threading

import psycopg2
import pytest
from psycopg2 import extensions

from rest.database import availability
from rest.database.availability import Availability


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(availability.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def database():
    """That of a server."""
    database = Availability()
    database.is_limited = True
    return database


def refuse():
    raise psycopg2.OperationalError("connection refused")


def test_a_database_that_answers_is_asked(database):
    assert [database.connect(lambda: "connection") for _ in range(3)] == ["connection"] * 3


def test_one_that_does_not_is_left_alone_for_a_second(database, clock, caplog):
    asked = []

    def attempt():
        asked.append(clock[0])
        refuse()

    for _ in range(5):
        with pytest.raises(psycopg2.OperationalError):
            database.connect(attempt)
    clock[0] += availability.RETRY_SECONDS
    with pytest.raises(psycopg2.OperationalError, match="refused"):
        database.connect(attempt)
    assert asked == [1000.0, 1001.0]
    assert caplog.text.count("The database cannot be reached: connection refused") == 1


def test_whoever_tries_again_is_one_at_a_time(database, clock):
    with pytest.raises(psycopg2.OperationalError):
        database.connect(refuse)
    clock[0] += availability.RETRY_SECONDS
    trying, may_end = threading.Event(), threading.Event()

    def slowly():
        trying.set()
        may_end.wait(30)
        return "connection"

    first = threading.Thread(target=lambda: database.connect(slowly))
    first.start()
    trying.wait(30)
    with pytest.raises(psycopg2.OperationalError, match="a moment ago"):
        database.connect(lambda: "connection")
    may_end.set()
    first.join(30)
    assert database.connect(lambda: "connection") == "connection"


def test_its_return_is_noticed_and_said_once(database, clock, caplog):
    with pytest.raises(psycopg2.OperationalError):
        database.connect(refuse)
    clock[0] += availability.RETRY_SECONDS
    for _ in range(3):
        database.connect(lambda: "connection")
    assert caplog.text.count("The database answers again.") == 1


def test_a_command_asks_each_time():
    database, asked = Availability(), []
    for _ in range(3):
        with pytest.raises(psycopg2.OperationalError, match="refused"):
            database.connect(lambda: asked.append(1) or refuse())
    assert len(asked) == 3


class Connection:
    """What psycopg2 hands to a callback: a socket, and states one after the other."""

    def __init__(self, *states):
        self.ours, self.theirs = socket.socketpair()
        self.states = list(states)

    def fileno(self):
        return self.ours.fileno()

    def poll(self):
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]


def test_an_answer_ends_the_waiting(database):
    connection = Connection(extensions.POLL_WRITE, extensions.POLL_READ, extensions.POLL_OK)
    connection.theirs.send(b"x")
    database.wait(connection)
    assert connection.states == [extensions.POLL_OK]


def test_a_statement_without_an_answer_is_given_up_and_the_request_waits_no_second_time(database, settings):
    settings.DATABASE_SECONDS = 0.05
    with pytest.raises(psycopg2.OperationalError, match=r"has not answered for 0\.05 seconds"):
        database.wait(Connection(extensions.POLL_READ))
    with pytest.raises(psycopg2.OperationalError, match="a moment ago"):
        database.connect(lambda: "connection")
    assert not database.is_down  # it may have been a row that somebody else held
    assert database.connect(lambda: "connection") == "connection"


# --- A database that takes connections and says nothing ---


@pytest.fixture
def silent(database):
    """Connects to it, as a server does."""
    database.limit_waiting()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        yield lambda: psycopg2.connect(host="127.0.0.1", port=port, dbname="marquee", user="marquee", sslmode="disable")
    extensions.set_wait_callback(None)


def test_a_connection_that_is_not_made_is_given_up_sooner_than_a_statement(database, silent, settings, monkeypatch):
    settings.DATABASE_SECONDS = 600
    monkeypatch.setattr(availability, "CONNECTING_SECONDS", 0.05)
    with pytest.raises(psycopg2.OperationalError, match=r"has not answered for 0\.05 seconds"):
        database.connect(silent)
    assert database.is_down


def doubted(database, settings):
    """A statement had no answer, in a thread whose request has ended since."""
    settings.DATABASE_SECONDS = 0.05
    with pytest.raises(psycopg2.OperationalError):
        database.wait(Connection(extensions.POLL_READ))
    database.patience.is_spent = False
    settings.DATABASE_SECONDS = 600


def test_after_a_statement_without_an_answer_one_finds_out_soon_whether_to_wait_and_the_others_wait_for_that(
    database, silent, settings, monkeypatch
):
    """They may have waited for a thread already, for as long as the statement was waited for."""
    monkeypatch.setattr(availability, "DOUBT_SECONDS", 0.2)
    doubted(database, settings)
    said, tried = [], []

    def connect():
        tried.append(1)
        return silent()

    def ask():
        try:
            database.connect(connect)
        except psycopg2.OperationalError as error:
            said.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(tried) == 1
    assert sorted(said) == [availability.NOT_ASKED] * 7 + [availability.NO_ANSWER.format(seconds=0.2)]


def test_where_the_database_answers_after_all_everybody_has_a_connection_and_nobody_doubts_it(database, settings):
    doubted(database, settings)
    made = []
    threads = [threading.Thread(target=lambda: made.append(database.connect(lambda: "connection"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert made == ["connection"] * 8
    assert not database.is_doubted
