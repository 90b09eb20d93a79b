"""One line for each request, whichever layer answers, and nothing in it that a stranger may choose freely."""

import json
import logging

import pytest

from config.logs import JSONFormatter, LineFormatter
from config.wsgi import application, full_stack
from metrics.observed import Observed
from rest.refusals import REFUSAL
from rest.tests.requests import answered, asked

pytestmark = pytest.mark.django_db
FIELDS = {"time", "level", "logger", "message", "request_id", "method", "route", "status", "ms", "user_id", "bytes"}


class Lines(logging.Handler):
    """What the access log says, in both shapes."""

    def __init__(self):
        super().__init__()
        self.json, self.plain = [], []

    def emit(self, record):
        self.json.append(json.loads(JSONFormatter().format(record)))
        self.plain.append(LineFormatter().format(record))


@pytest.fixture
def alice(person):
    return person("alice")


@pytest.fixture
def lines(settings):
    settings.ACCESS_LOG = True
    handler, logger = Lines(), logging.getLogger("marquee.access")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


def line_of(lines, environ, server=None):
    """The one line that the request makes, and its answer."""
    before = len(lines.json)
    answer = answered(server or Observed(application), environ)
    added = lines.json[before:]
    if server is None and isinstance(application, Observed):  # which observes, too
        added = added[1:]
    assert len(added) == 1
    assert set(added[0]) == FIELDS
    return added[0], answer


def shown(line):
    return line["method"], line["route"], line["status"], line["user_id"], line["bytes"]


def test_a_line_says_what_was_asked_and_answered_on_the_fast_path(lines, alice, movie):
    environ = asked("GET", f"/api/v1/movies/{movie.pk}/", token=alice.credentials.token)
    line, (_, headers, content) = line_of(lines, environ)
    assert shown(line) == ("GET", "/api/v1/movies/{id}/", 200, alice.user.pk, len(content))
    assert line["request_id"] == dict(headers)["X-Request-ID"] == "the-request"
    assert line["logger"] == "marquee.access"
    assert line["time"].endswith("+00:00")
    assert 0 < line["ms"] < 60_000
    assert lines.plain[-1].endswith(f"{line['message']} [the-request]")


def test_the_full_stack_has_the_same_line(lines, alice, movie):
    environ = asked("GET", f"/api/v1/movies/{movie.pk}/", token=alice.credentials.token)
    line, (_, _, content) = line_of(lines, environ, Observed(full_stack))
    assert shown(line) == ("GET", "/api/v1/movies/{id}/", 200, alice.user.pk, len(content))


@pytest.mark.parametrize(
    ("method", "address", "status", "route"),
    [
        ("GET", "/nope/", 404, "unmatched"),
        ("GET", "/api/v1/movies", 301, "/api/v1/movies/"),
        ("POST", "/api/v1/movies", 308, "/api/v1/movies/"),
        ("OPTIONS", "/api/v1/movies/", 200, "/api/v1/movies/"),
        ("DELETE", "/api/v1/movies/1/", 401, "/api/v1/movies/{id}/"),
        ("BREW", "/api/v1/movies/", 401, "/api/v1/movies/"),
        ("GET", "/static/none.css", 404, "static"),
        ("GET", "/media/none.jpg", 404, "/media/{path}"),
        ("GET", "/admin/", 302, "/admin/"),
        ("GET", "/livez", 200, "/livez"),
        ("GET", "/swagger/", 200, "/swagger/"),
        ("GET", "/api/v1/movies/?genre=secret&nosuch=1", 400, "/api/v1/movies/"),
        ("GET", "/5/", 404, "/{id}/"),
    ],
)
def test_every_kind_of_answer_has_a_line_with_its_route(lines, method, address, status, route):
    line, (_, _, content) = line_of(lines, asked(method, address))
    assert shown(line) == (method if method != "BREW" else "OTHER", route, status, None, len(content))


def test_what_the_server_refuses_has_a_line(lines):
    environ = asked("GET", "/api/v1/movies/")
    environ[REFUSAL] = (431, "Too long.")
    assert shown(line_of(lines, environ)[0])[:4] == ("GET", "/api/v1/movies/", 431, None)


def test_head_304_and_204_have_no_bytes(lines, alice, movie):
    address = f"/api/v1/movies/{movie.pk}/"
    assert line_of(lines, asked("HEAD", address))[0]["bytes"] == 0
    tag = dict(line_of(lines, asked("GET", address))[1][1])["ETag"]
    assert shown(line_of(lines, asked("GET", address, HTTP_IF_NONE_MATCH=tag))[0])[2:] == (304, None, 0)
    gone = asked("DELETE", address, token=alice.credentials.token)
    assert shown(line_of(lines, gone)[0])[2:] == (204, alice.user.pk, 0)


def test_the_admins_pages_tell_the_user_of_the_session(lines, client, sam):
    client.force_login(sam.user)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    assert shown(line_of(lines, asked("GET", "/admin/", HTTP_COOKIE=cookie))[0])[2:4] == (200, sam.user.pk)
    assert line_of(lines, asked("GET", "/admin/"))[0]["user_id"] is None


def test_the_next_caller_is_not_taken_for_the_last_one(lines, alice):
    assert line_of(lines, asked("GET", "/api/v1/users/me/", token=alice.credentials.token))[0]["user_id"]
    assert line_of(lines, asked("GET", "/nope/"))[0]["user_id"] is None
    assert line_of(lines, asked("GET", "/api/v1/movies/"))[0]["user_id"] is None


def test_an_error_in_a_view_has_a_line_and_the_answer_of_an_error(lines, monkeypatch):
    def broken():
        raise RuntimeError("broken")

    monkeypatch.setattr("metrics.services.requests_in_period", broken)
    line, (status, _, content) = line_of(lines, asked("GET", "/api/v1/request-count/"))
    assert status.startswith("500")
    assert shown(line) == ("GET", "/api/v1/request-count/", 500, None, len(content))


def test_a_failure_of_the_application_has_a_line_and_goes_on_to_the_server(lines):
    def broken(environ, start_response):
        raise OSError("broken")

    with pytest.raises(OSError, match="broken"):
        answered(Observed(broken), asked("GET", "/livez"))
    assert shown(lines.json[-1]) == ("GET", "/livez", 500, None, 0)


class Streamed:
    """An answer in parts, whose length nobody knows before."""

    def __init__(self, parts, fails=False):
        self.parts, self.fails, self.is_closed = parts, fails, False

    def __call__(self, environ, start_response):
        start_response("200 OK", [])
        return self

    def __iter__(self):
        yield from self.parts
        if self.fails:
            raise OSError("broken")

    def close(self):
        self.is_closed = True


def test_an_answer_in_parts_has_its_line_when_it_has_been_sent(lines):
    stream = Streamed([b"ab", b"cde"])
    body = Observed(stream)(asked("GET", "/livez"), lambda status, headers: None)
    assert lines.json == []
    assert list(body) == [b"ab", b"cde"]
    assert shown(lines.json[0])[2:] == (200, None, 5)
    assert stream.is_closed


def test_a_client_that_goes_while_it_is_sent_leaves_a_line_with_what_it_got(lines):
    stream = Streamed([b"ab", b"cde"])
    body = Observed(stream)(asked("GET", "/livez"), lambda status, headers: None)
    assert next(iter(body)) == b"ab"
    body.close()
    assert shown(lines.json[0])[2:] == (200, None, 2)
    assert stream.is_closed
    assert len(lines.json) == 1


def test_an_answer_that_breaks_off_is_a_500(lines):
    body = Observed(Streamed([b"ab"], fails=True))(asked("GET", "/livez"), lambda status, headers: None)
    with pytest.raises(OSError, match="broken"):
        list(body)
    assert shown(lines.json[0])[2:] == (500, None, 2)


@pytest.mark.parametrize(
    "address", ["/no\n2026 INFO forged", "/api/v1/movies/\r\n\x1b[2J", "/ünï\u2028x", "/?q=secret-word"]
)
def test_nothing_of_an_address_is_in_the_log(lines, caplog, address):
    path, _, query = address.partition("?")
    environ = asked("GET", "/", QUERY_STRING=query)
    environ["PATH_INFO"] = path.encode().decode("latin-1")
    environ["HTTP_X_REQUEST_ID"] = "forged\nline"
    environ["HTTP_USER_AGENT"] = "agent\nforged"
    line_of(lines, environ)
    said = "".join(json.dumps(line) for line in lines.json) + "".join(lines.plain) + caplog.text
    assert not any(word in said for word in ("forged", "\x1b", "\u2028", "secret-word"))
    assert all("\n" not in line for line in lines.plain)


def test_off_there_is_none(lines, settings):
    settings.ACCESS_LOG = False
    answered(Observed(full_stack), asked("GET", "/livez"))
    assert lines.json == []
