"""Answers are compressed for clients that take gzip, alike on both ways, and never beside a secret."""

import gzip
import json

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse
from django.test import RequestFactory

from rest.compression import SMALLEST, CompressionMiddleware, takes_gzip
from rest.fast_path import try_fast
from rest.tests.requests import asked, the_full_stack

AXIOS = "gzip, compress, deflate, br"
WAYS = {"fast path": try_fast, "full stack": the_full_stack}
each_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


@pytest.fixture
def movies(make_movie):
    return [make_movie(f"Movie {n}", description="x" * 100) for n in range(5)]


@pytest.mark.parametrize(
    ("accepted", "is_taken"),
    [
        ("gzip", True),
        (AXIOS, True),
        ("GZIP", True),
        ("gzip;q=0.5, br", True),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        ("*", True),
        ("x-gzip", True),
        ("gzip ; q=1.000", True),
        ("deflate, br", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("*;q=0", False),
        ("identity", False),
        ("identity;q=1, gzip;q=0.5", False),
        ("gzip;q=nonsense", False),
        ("gzip;level=9", False),
        ("", False),
        (",;,=", False),
    ],
)
def test_what_clients_accept(accepted, is_taken):
    assert takes_gzip(accepted) is is_taken


@pytest.mark.parametrize("address", ["/api/v1/movies/", "/movies/", "/", "/api/movies/"])
def test_both_ways_compress_alike_and_it_is_the_same_body(movies, address):
    plain = try_fast(asked("GET", address))
    fast = try_fast(asked("GET", address, HTTP_ACCEPT_ENCODING=AXIOS))
    whole = the_full_stack(asked("GET", address, HTTP_ACCEPT_ENCODING=AXIOS))
    assert (fast[0], dict(fast[1]), fast[2]) == (whole[0], dict(whole[1]), whole[2])
    headers, plain_headers = dict(fast[1]), dict(plain[1])
    assert gzip.decompress(fast[2]) == plain[2]
    assert headers["Content-Encoding"] == "gzip"
    assert int(headers["Content-Length"]) == len(fast[2]) < len(plain[2])
    assert "Content-Encoding" not in plain_headers
    assert headers["Vary"] == plain_headers["Vary"] == "Authorization, Accept-Encoding"
    assert headers["ETag"] == plain_headers["ETag"][:-1] + '-gzip"'


@each_way
@pytest.mark.parametrize("accepted", ["gzip;q=0", "br", "identity", "x" * 9000])
def test_who_does_not_take_it_gets_the_body_as_it_is(movies, way, accepted):
    _, headers, content = way(asked("GET", "/api/v1/movies/", HTTP_ACCEPT_ENCODING=accepted))
    assert json.loads(content)["count"] == 5
    assert "Content-Encoding" not in dict(headers)


@each_way
def test_a_short_answer_stays_as_it_is(make_movie, way):
    movie = make_movie("Short")
    _, headers, content = way(asked("GET", f"/movies/{movie.pk}/", HTTP_ACCEPT_ENCODING="gzip"))
    assert len(content) < SMALLEST
    assert json.loads(content)["title"] == "Short"
    assert "Accept-Encoding" in dict(headers)["Vary"]


@each_way
@pytest.mark.parametrize("accepted", ["gzip", ""])
def test_either_tag_is_304_and_the_304_names_the_one_that_was_sent(movies, way, accepted):
    tag = dict(try_fast(asked("GET", "/api/v1/movies/"))[1])["ETag"]
    of_compressed = tag[:-1] + '-gzip"'
    for sent in (tag, of_compressed):
        for condition in (sent, f"W/{sent}", f'"another", {sent}'):
            more = {"HTTP_IF_NONE_MATCH": condition, "HTTP_ACCEPT_ENCODING": accepted}
            status, headers, content = way(asked("GET", "/api/v1/movies/", **more))
            assert (status, content) == ("304 Not Modified", b"")
            assert dict(headers)["ETag"] == sent
            assert "Content-Encoding" not in dict(headers)
    other = '"another-gzip"'
    assert way(asked("GET", "/api/v1/movies/", HTTP_IF_NONE_MATCH=other))[0] == "200 OK"


def test_either_tag_names_the_state_that_a_change_is_based_on(alice, movie):
    address = f"/api/v1/movies/{movie.pk}/"
    of_compressed = alice.get(address)["ETag"][:-1] + '-gzip"'
    assert alice.patch(address, {"title": "A"}, HTTP_IF_MATCH=of_compressed).status_code == 200
    assert alice.patch(address, {"title": "B"}, HTTP_IF_MATCH=of_compressed).status_code == 412


def test_head_has_the_headers_of_get(movies):
    got, head = (
        dict(the_full_stack(asked(way, "/movies/", HTTP_ACCEPT_ENCODING="gzip"))[1]) for way in ("GET", "HEAD")
    )
    assert got == head
    assert head["Content-Encoding"] == "gzip"


def test_the_document_is_compressed_and_pages_of_html_are_not(db):
    for address in ("/swagger.json", "/swagger.json?format=yaml"):
        _, headers, content = the_full_stack(asked("GET", address, HTTP_ACCEPT_ENCODING="gzip"))
        assert dict(headers)["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in dict(headers)["Vary"]
        assert b"Marquee" in gzip.decompress(content)
    for address in ("/swagger/", "/redoc/", "/admin/login/"):
        assert "Content-Encoding" not in dict(the_full_stack(asked("GET", address, HTTP_ACCEPT_ENCODING="gzip"))[1])


def compressing(method="get", content=b"{}" * SMALLEST, **headers):
    request = getattr(RequestFactory(), method)("/", HTTP_ACCEPT_ENCODING="gzip")
    given = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return CompressionMiddleware(lambda request: HttpResponse(content, headers=given))(request)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_what_answers_a_change_is_not_compressed(method):
    assert "Content-Encoding" not in compressing(method)
    assert "Content-Encoding" in compressing()


@pytest.mark.parametrize(
    "headers",
    [
        {"Cache_Control": "no-store"},
        {"Cache_Control": "private, no-store, max-age=0"},
        {"Content_Encoding": "br"},
        {"Content_Type": "image/jpeg"},
        {"Content_Type": "text/html"},
        {"Content_Type": "application/octet-stream"},
    ],
    ids=str,
)
def test_secrets_and_what_is_compressed_already_stay_as_they_are(headers):
    response = compressing(**headers)
    assert response.content == b"{}" * SMALLEST


def test_a_setting_leaves_it_to_the_proxy(movies, settings):
    settings.COMPRESSION = False
    with pytest.raises(MiddlewareNotUsed):
        CompressionMiddleware(lambda request: HttpResponse())
    _, headers, content = try_fast(asked("GET", "/api/v1/movies/", HTTP_ACCEPT_ENCODING="gzip"))
    assert json.loads(content)["count"] == 5
    assert dict(headers)["Vary"] == "Authorization"
