"""Bytes to requests: the same ones, wherever the network has cut the bytes."""

from random import Random

import pytest

from config.server import parsing
from config.server.parsing import RequestParser
from config.tests.test_refusals import REFUSED

LONGEST_BODY = 1000
TAKEN = [
    b"GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
    b"POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: r\r\n\r\n",
    b"GET /d HTTP/1.0\r\n\r\n",
    b"GET /e HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /f HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    b"POST /g HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2000,
]
SHORT = [request for request in REFUSED if len(request) < 3000]


def parsed(*parts):
    parser = RequestParser(LONGEST_BODY)
    for part in parts:
        if not parser.is_over:
            parser.feed(part)
    found = []
    for one in parser.requests:
        told = one.method, one.path, one.query, one.version, one.keeps_connection, one.left_body, one.body.read()
        found.append((*told, one.refusal[0] if one.refusal else one.headers))
        one.close()
    return found, parser.is_over


def only(data):
    parser = RequestParser(LONGEST_BODY)
    parser.feed(data)
    (request,) = parser.requests
    return request


@pytest.mark.parametrize("seed", range(4))
def test_the_same_bytes_are_the_same_requests_wherever_they_are_cut(seed):
    random = Random(seed)
    for _ in range(1000):
        data = b"".join(random.choice(TAKEN * 6 + SHORT) for _ in range(random.randint(1, 4)))
        cuts = sorted(random.sample(range(1, len(data)), min(len(data) - 1, random.randint(1, 12))))
        ends = zip([0, *cuts], [*cuts, len(data)], strict=True)
        assert parsed(*(data[begin:end] for begin, end in ends)) == parsed(data), data


def test_a_request_byte_by_byte():
    for data in TAKEN[:4]:
        assert parsed(*(data[place : place + 1] for place in range(len(data)))) == parsed(data)


def test_a_long_body_waits_in_a_file(monkeypatch):
    monkeypatch.setattr(parsing, "BODY_IN_MEMORY", 10)
    parser = RequestParser(LONGEST_BODY)
    parser.feed(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\n" + b"a" * 10)
    for _ in range(2):
        parser.feed(b"b" * 10)
    (request,) = parser.requests
    assert request.body.fileno() > 0
    assert request.body.read() == b"a" * 10 + b"b" * 20
    request.close()


def test_where_there_is_no_room_for_a_body_it_is_refused(monkeypatch):
    def no_room(**options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parsing, "BODY_IN_MEMORY", 10)
    monkeypatch.setattr(parsing, "TemporaryFile", no_room)
    request = only(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\n" + b"a" * 30)
    assert request.refusal[0] == 507


def test_chunks_that_are_too_long_together_are_refused():
    chunk = b"1f4\r\n" + b"x" * 500 + b"\r\n"
    request = only(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + 3 * chunk + b"0\r\n\r\n")
    assert (request.refusal[0], request.body_bytes) == (413, LONGEST_BODY)


def test_headers_of_one_name_are_one_and_names_with_underscores_are_none():
    head = b"GET / HTTP/1.1\r\nHost: x\r\nAccept: a\r\nAccept: b\r\nCookie: c=1\r\nCookie: d=2\r\nX_Real: y\r\n\r\n"
    assert only(head).headers == {"HOST": "x", "ACCEPT": "a, b", "COOKIE": "c=1; d=2"}


@pytest.mark.parametrize(
    ("address", "path", "query"),
    [
        (b"/a%20b/%C3%A9?c=%C3%A9", "/a b/Ã©", "c=%C3%A9"),
        (b"//a//b", "/a//b", ""),
        (b"http://elsewhere/a?b", "/a", "b"),
        (b"/a?b?c#d", "/a", "b?c"),
        (b"/a;b=c", "/a;b=c", ""),
    ],
)
def test_addresses(address, path, query):
    request = only(b"GET " + address + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (request.path, request.query) == (path, query)
