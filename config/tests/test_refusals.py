"""What the server cannot hand on as a request: an error of the dialect, counted like any answer, and a closed connection."""

import json
import socket
import time
from contextlib import closing

import pytest

from config.tests.openapi import OPERATIONS
from metrics.tests.server import Server, database_url
from rest.errors import PROBLEM
from rest.refusals import HEADERS_TOO_LONG

pytestmark = pytest.mark.xdist_group("refusals")
HOST = b"Host: localhost\r\n"
POST = b"POST /movies/ HTTP/1.1\r\n" + HOST
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"

# what is sent: the status, the path that could be read
REFUSED = {
    b"GET /movies/?title=\xe9 HTTP/1.1\r\n" + HOST + b"\r\n": (400, "/"),
    b"GET /mus\xc3\xa9e/ HTTP/1.1\r\n" + HOST + b"\r\n": (400, "/"),
    b"GET http://[::1/ HTTP/1.1\r\n" + HOST + b"\r\n": (400, "/"),
    b"GET /movies/ HTTP/1.1\r\n" + HOST + b"No colon\r\n\r\n": (400, "/movies/"),
    b"GET /movies/ HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n": (400, "/movies/"),
    b"GET /movies/ HTTP/1.1\r\n" + HOST + b"X: a\nY: b\r\n\r\n": (400, "/movies/"),
    b"GET /movies/ HTTP/1.1\r\n" + HOST + b" folded\r\nbad name: x\r\n\r\n": (400, "/movies/"),
    b"GET /movies/ HTTP/1.1\r\n\r\n": (400, "/movies/"),
    b"nonsense\r\n\r\n": (400, "/"),
    b"get /movies/ HTTP/1.1\r\n" + HOST + b"\r\n": (400, "/"),
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n": (400, "/"),  # TLS
    b"GET /movies/\r\n\r\n": (400, "/movies/"),
    b"GET /movies/ HTTP/2.0\r\n" + HOST + b"\r\n": (505, "/movies/"),
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n": (505, "/*"),
    b"GET /movies/ HTTP/1.1\r\n" + HOST + b"X: y\r\n" * 15_000 + b"\r\n": (431, "/movies/"),
    b"GET /movies/?title=" + b"x" * 70_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n": (431, "/movies/"),
    POST + b"Content-Length: 5x\r\n\r\n": (400, "/movies/"),
    POST + b"Content-Length: -5\r\n\r\n": (400, "/movies/"),
    POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello": (400, "/movies/"),
    POST + b"Expect: 100-continue\r\nContent-Length: x\r\n\r\n": (400, "/movies/"),
    POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n": (400, "/movies/"),
    POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n": (501, "/movies/"),
    POST.replace(b"1.1", b"1.0") + b"Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n": (400, "/movies/"),
    POST + b"Expect: the-unexpected\r\nContent-Length: 2\r\n\r\n{}": (417, "/movies/"),
    CHUNKED + b"zz\r\n": (400, "/movies/"),
    CHUNKED + b"2\r\nabcd\r\n0\r\n\r\n": (400, "/movies/"),
    CHUNKED + b"0" * 70_000: (400, "/movies/"),
    CHUNKED + b"0\r\n" + b"X: y" * 20_000: (400, "/movies/"),
}


@pytest.fixture
def server(asked_server):
    return asked_server


def told(server, request):
    """(status, headers, body) of the answer, after which the server closes the connection."""
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=30)) as client:
        client.sendall(request)
        answer = b""
        while part := client.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    return int(lines[0].split()[1]), headers, body


def refused_at(address):
    """REFUSED, sent to another address than the community's."""
    for request, (status, path) in REFUSED.items():
        if path == "/movies/":
            yield request.replace(b"/movies/", address.encode(), 1), status, address


def counted_refusal(server, request, status):
    """Sends what is refused with that status: the body of the answer, which was counted, and its media type."""
    before = server.get("/request-count/")[1]["requests"]
    got, headers, body = told(server, request)
    assert got == status, (request[:100], body)
    assert int(headers["content-length"]) == len(body)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["connection"] == "close"
    assert server.get("/request-count/")[1]["requests"] == before + 2, request[:100]
    said = json.loads(body)
    assert said["detail"].endswith(".")
    assert len(said["detail"]) < 250
    return said, headers["content-type"]


def test_what_is_refused_is_a_problem_document_and_counted(server):
    for request, status, path in refused_at("/api/v1/movies/"):
        problem, media_type = counted_refusal(server, request, status)
        assert media_type == "application/problem+json"
        assert set(problem) == set(PROBLEM["required"]), request[:100]
        assert (problem["status"], problem["instance"]) == (status, path), request[:100]


def test_what_is_refused_in_a_dialect_is_an_error_of_the_dialect(server):
    for request, (status, _) in REFUSED.items():
        error, media_type = counted_refusal(server, request, status)
        assert (set(error), media_type) == ({"detail"}, "application/json"), request[:100]


def test_an_address_that_is_too_long_is_answered_as_the_document_says(server):
    request = b"GET /movies/?genre=" + b"x" * 70_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n"
    (movies,) = [one for one in OPERATIONS if str(one) == "community_movie_list"]
    said = json.loads(told(server, request)[2])
    assert said == {"detail": HEADERS_TOO_LONG} == movies.responses[431]["schema"]["example"]


def test_what_is_refused_has_no_body_where_head_was_asked(server):
    status, headers, body = told(server, b"HEAD /movies/ HTTP/1.1\r\n" + HOST + b"No colon\r\n\r\n")
    assert (status, body) == (400, b"")
    assert int(headers["content-length"]) > 0


def test_nothing_that_follows_a_refused_request_is_taken_for_one(server):
    smuggled = b"GET /livez HTTP/1.1\r\n" + HOST + b"\r\n"
    for request in REFUSED:
        if len(request) < 60_000:
            answer = told(server, request + smuggled)[2]
            assert b"HTTP/1.1" not in answer.replace(b"speaks HTTP/1.1 and", b""), request


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /movies/ HTTP/1.1\r\n" + HOST + b"X: " + b"y" * 5_000_000 + b"\r\n\r\n", 431),
        (b"GET /movies/?title=" + b"x" * 300_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 431),
        (POST + b"Content-Length: 50000000\r\n\r\n" + b"x" * 50_000_000, 413),
        (CHUNKED + b"zz\r\n" + b"x" * 5_000_000, 400),
    ],
    ids=["a header", "an address", "a body", "what follows nonsense"],
)
def test_who_sends_on_without_listening_gets_the_answer_all_the_same(server, request_, status):
    assert told(server, request_)[0] == status
    assert server.get("/livez")[0] == 200


def send_for_ever(client):
    while True:
        client.sendall(b"x")
        time.sleep(0.05)


def test_who_never_stops_sending_is_cut_off(server):
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=30)) as client:
        client.sendall(b"GET /movies/ HTTP/1.1\r\n" + HOST + b"No colon\r\n\r\n")
        with pytest.raises(ConnectionError):
            send_for_ever(client)


@pytest.mark.parametrize("digits", [20, 4299, 4301, 20_000])
def test_a_length_of_many_digits_is_refused_as_any_that_is_too_long(server, digits):
    for extra in (b"", b"Expect: 100-continue\r\n"):
        status, headers, body = told(server, POST + extra + b"Content-Length: " + b"9" * digits + b"\r\n\r\n")
        assert (status, headers["connection"]) == (413, "close")
        assert b"The body is longer than" in body


def test_a_client_that_asks_before_it_sends_no_body_gets_its_answer(server):
    request = b"GET /livez HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\nConnection: close\r\n\r\n"
    assert told(server, request)[0] == 200


def test_a_server_for_another_application_refuses_by_itself(transactional_db, tmp_path):
    application = "config.tests.bare_application"
    with Server(database_url(tmp_path), tmp_path / "host", application=application) as server:
        assert told(server, b"GET / HTTP/1.1\r\n" + HOST + b"No colon\r\n\r\n")[0] == 400


def test_where_the_application_fails_outright_the_server_says_so(transactional_db, tmp_path):
    application = "config.tests.failing_application"
    with Server(database_url(tmp_path), tmp_path / "host", application=application) as server:
        status, headers, body = told(server, b"GET /api/v1/movies/ HTTP/1.1\r\n" + HOST + b"\r\n")
        elsewhere = told(server, b"GET /movies/ HTTP/1.1\r\n" + HOST + b"\r\n")
    assert (status, headers["content-type"]) == (500, "application/problem+json")
    problem = json.loads(body)
    assert set(problem) == set(PROBLEM["required"])
    assert (problem["code"], problem["instance"]) == ("internal_error", "/api/v1/movies/")
    assert (elsewhere[0], elsewhere[1]["content-type"]) == (500, "application/json")
    assert set(json.loads(elsewhere[2])) == {"detail"}
