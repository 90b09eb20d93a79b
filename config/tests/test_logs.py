"""What lines of the log look like, in both formats, and that strangers can neither forge them nor fill a disk."""

import json
import logging
import os
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.test import RequestFactory

from config import logs
from metrics.tests.server import Server, database_url
from rest.current import CURRENT

USUAL = {"time", "level", "logger", "message", "request_id"}


@pytest.fixture(autouse=True)
def _no_request():
    CURRENT.begin("")


def record(message="It is %s.", *args, error=None, **extra):
    logger = logging.getLogger("a.logger")
    about = (type(error), error, error.__traceback__) if error else None
    return logger.makeRecord("a.logger", logging.WARNING, "file.py", 1, message, args or ("so",), about, extra=extra)


def raised(text):
    try:
        raise ValueError(text)
    except ValueError as error:
        return error


def as_json(*args, **options):
    line = logs.JSONFormatter().format(record(*args, **options))
    assert "\n" not in line
    return json.loads(line)


def as_line(*args, **options):
    return logs.LineFormatter().format(record(*args, **options))


def test_a_line_of_json_has_the_usual_fields_and_the_requests_name():
    CURRENT.begin("trace-7")
    found = as_json()
    assert set(found) == USUAL
    assert {**found, "time": ""} == {
        "time": "",
        "level": "WARNING",
        "logger": "a.logger",
        "message": "It is so.",
        "request_id": "trace-7",
    }
    assert found["time"][10] == "T"
    assert found["time"].endswith("+00:00")


def test_outside_of_requests_there_is_no_name():
    assert as_json()["request_id"] is None
    assert as_line().endswith("WARNING a.logger: It is so.")


def test_a_traceback_is_a_field_of_its_own():
    found = as_json(error=raised("wrong"))
    assert set(found) == {*USUAL, "exception"}
    assert found["exception"].startswith("Traceback")
    assert found["exception"].endswith("ValueError: wrong")


def test_what_else_a_record_carries_stays_out_of_it():
    request = RequestFactory().get("/?key=secret")
    found = as_json(request=request, params=("secret",), sql="SELECT 'secret'", status_code=500)
    assert set(found) == USUAL


def test_a_line_of_text_has_the_requests_name_behind_it():
    CURRENT.begin("trace-7")
    assert as_line().endswith("WARNING a.logger: It is so. [trace-7]")


@pytest.mark.parametrize("evil", ["a\nb", "a\r\nb", "a\x1b[2Jb", "a\u2028b", "a\x85b", "a\0b", "\ud800"])
def test_nothing_begins_a_line_of_its_own_or_commands_a_terminal(evil):
    line = as_line("It is %s.", evil)
    assert line.isprintable()
    assert as_json("It is %s.", evil)["message"].startswith("It is ")
    with_traceback = as_line(error=raised(f"{evil}\n2026-11-29 INFO forged"))
    _, *rest = with_traceback.split("\n")
    assert len(rest) > 2
    assert all(part.startswith("    ") and part.isprintable() for part in rest)
    assert as_json(error=raised(evil))["exception"]


def test_of_what_strangers_cause_a_bounded_number_of_lines_is_written_and_the_rest_counted():
    now = [0.0]
    bounded = logs.Bounded(clock=lambda: now[0])
    passed = [bounded.filter(record("Not ready: %s", number)) for number in range(100)]
    assert passed == [True] * logs.LINES_A_MINUTE + [False] * (100 - logs.LINES_A_MINUTE)
    assert bounded.filter(record("Something else"))
    now[0] = 61.0
    first = record("Not ready: %s", "again")
    assert bounded.filter(first)
    assert first.getMessage() == f"Not ready: again ({100 - logs.LINES_A_MINUTE} more like this were left out.)"
    second = record("Not ready: %s", "again")
    assert bounded.filter(second)
    assert second.getMessage() == "Not ready: again"


def test_however_many_kinds_there_are_few_are_remembered():
    bounded = logs.Bounded()
    for number in range(3 * logs.MOST_KINDS):
        assert bounded.filter(record(kind=str(number)))
    assert len(bounded.windows) <= logs.MOST_KINDS


def test_what_is_bounded_are_loggers_that_there_are():
    code = "\n".join(
        path.read_text() for app in ("rest", "metrics") for path in (settings.BASE_DIR / app).rglob("*.py")
    )
    assert code
    for name in logs.BOUNDED:
        if name.partition(".")[0] in ("rest", "metrics"):
            path = settings.BASE_DIR / (name.replace(".", "/") + ".py")
            assert "logging.getLogger(__name__)" in path.read_text(), name


def written_to(handler):
    """What `handler` writes into a pipe until it is closed."""
    reading, handler.descriptor = os.pipe()
    handler.setFormatter(logging.Formatter("{message}", style="{"))
    yield reading
    os.close(handler.descriptor)
    os.close(reading)


@pytest.fixture
def handler():
    return logs.AccessHandler()


@pytest.fixture
def reading(handler):
    yield from written_to(handler)


def test_the_first_access_line_is_there_at_once_and_those_behind_it_soon(handler, reading):
    handler.handle(record("%s", "one"))
    assert os.read(reading, 100) == b"one\n"
    for text in ("two", "three"):
        handler.handle(record("%s", text))
    found = b""
    while found.count(b"\n") < 2:
        found += os.read(reading, 100)  # waits until there is something
    assert found == b"two\nthree\n"


def test_access_lines_that_wait_are_written_whole_when_the_process_ends(handler, reading):
    for _ in range(100):
        handler.handle(record("%s", "x" * 150))
    handler.flush()
    assert os.read(reading, 100_000) == 100 * (b"x" * 150 + b"\n")


def test_stdout_that_cannot_be_written_fails_nothing_and_is_said_once(handler, reading, capsys):
    pipe, handler.descriptor = handler.descriptor, -1
    handler.written_at = time.monotonic() + 60  # whatever waits is written by flush()
    for _ in range(3):
        handler.handle(record())
        handler.flush()
    assert capsys.readouterr().err.count("Logging error") == 1
    handler.descriptor = pipe


def lines_of(text):
    plain = [line for line in text.splitlines() if not line.startswith("{")]
    assert plain == [], text
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.django_db(transaction=True)
@pytest.mark.own_database
def test_all_that_server_and_worker_say_is_json(tmp_path):
    with Server(database_url(tmp_path), tmp_path / "host", env={"LOG_FORMAT": "json"}) as server:
        said_by_both(server)


def said_by_both(server):
    assert server.get("/api/v1/movies/?page_size=1", **{"X-Request-ID": "mine-1"})[0] == 200
    assert server.get("/nope/")[0] == 404
    assert server.get("/api/v1/movies/", Host="elsewhere.example")[0] == 400
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "send_mail"],
        cwd=settings.BASE_DIR,
        env={**server.env, "LOG_FORMAT": "json"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = [worker.stdout.readline()]
    worker.terminate()
    said += [worker.communicate(timeout=60)[0]]
    server.stop()
    lines = lines_of(server.describe())
    assert {line["logger"] for line in lines} >= {"gunicorn.error", "marquee.access", "django.security.DisallowedHost"}
    assert all(set(line) >= USUAL for line in lines)
    (mine,) = (line for line in lines if line["request_id"] == "mine-1")
    assert (mine["route"], mine["status"]) == ("/api/v1/movies/", 200)
    assert "page_size" not in server.describe()
    assert [line["message"] for line in lines_of("".join(said))] == [
        "The mail worker has started.",
        "The mail worker has ended.",
    ]


def test_a_format_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="xml"):
        logs.as_format("xml")
