"""The short way answers as the whole way does, to the byte and to the header; and leaves to it what is not plain."""

from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.signals import request_started
from django.db import close_old_connections

from movies.models import Like, Movie, Rating
from rest import fast_path


def asked(method: str, address: str, *, body: bytes = b"", token: str = "", **more: str) -> dict[str, Any]:
    path, _, query = address.partition("?")
    environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query}
    if body:
        environ |= {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)}
    if token:
        environ["HTTP_AUTHORIZATION"] = f"Token {token}"
    environ |= {"HTTP_HOST": "testserver", **more}
    setup_testing_defaults(environ)
    return environ


def the_full_stack(environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
    from config.wsgi import full_stack

    begun: list[Any] = []
    request_started.disconnect(close_old_connections)  # the test's transaction is on this connection
    try:
        content = b"".join(full_stack(environ, lambda status, headers: begun.extend([status, headers])))
    finally:
        request_started.connect(close_old_connections)
    return begun[0], begun[1], content


READS = [
    "/api/movies/",
    "/api/movies/?page=2&page_size=2",
    "/api/movies/?page=last&page_size=2",
    "/api/movies/?genre=horror&ordering=-average_rating",
    "/api/movies/?genre=horror&ordering=title&page_size=1",
    "/api/movies/?title=movie&ordering=-likes_count",
    "/api/movies/{id}/",
    "/api/movies/search/?q=movie",
    "/api/movies/genre/?genre=Horror",
    "/api/movies/categories/",
    "/api/movies/most-liked/?limit=3",
    "/api/movies/newest/",
    "/movies/",
    "/movies/{id}/",
    "/movies/categories/",
    "/api/auth/movies",
    "/api/auth/movies?page_size=2",
    "/",
    "/?page_size=2",
    "/{id}/",
]


@pytest.fixture
def movies(make_movie, alice, bob):
    made = [
        make_movie(f"Movie {n}", by=alice, director=f"Director {n % 2}", genre_list=["Horror", f"Genre {n}"])
        for n in range(5)
    ]
    bob.put(f"/api/movies/{made[0].pk}/rating/", {"rating": 4.5})
    bob.post(f"/api/movies/{made[1].pk}/like/")
    bob.post(f"/api/movies/{made[2].pk}/favorite/")
    return made


@pytest.mark.parametrize("reader", ["anonymous", "bob"])
@pytest.mark.parametrize("address", READS)
def test_a_read_is_answered_alike(movies, bob, address, reader):
    token = bob.credentials.token if reader == "bob" else ""
    address = address.format(id=movies[1].pk)
    for _ in range(2):  # what was shown once is kept
        status, headers, content = fast_path.try_fast(asked("GET", address, token=token))
        whole_status, whole_headers, whole_content = the_full_stack(asked("GET", address, token=token))
        assert (status, content) == (whole_status, whole_content)
        assert dict(headers) == dict(whole_headers)
        assert len(headers) == len(dict(headers))


@pytest.mark.parametrize(
    ("method", "action", "body", "model"),
    [("PUT", "rating/", b'{"rating": 3.5}', Rating), ("POST", "like/", b"{}", Like)],
)
@pytest.mark.parametrize("mount", ["/api/movies/", "/movies/"])
def test_a_write_is_answered_alike(movies, charlie, mount, method, action, body, model):
    address, token = f"{mount}{movies[3].pk}/{action}", charlie.credentials.token
    answers = []
    for way in (fast_path.try_fast, the_full_stack):
        status, headers, _ = way(asked(method, address, body=body, token=token))
        assert status == "201 Created"
        varying = {"Content-Length", "ETag"}
        answers.append({name: value for name, value in headers if name not in varying})
        assert model.objects.filter(user=charlie.user, movie=movies[3]).count() == 1
        again, _, _ = way(asked(method, address, body=body, token=token))
        assert again == "200 OK"
        model.objects.by(charlie.user).delete()
    assert answers[0] == answers[1]


@pytest.mark.parametrize("address", ["/api/movies/", "/", "/api/movies/{id}/"])
def test_what_the_client_has_already_is_304_either_way(movies, address):
    address = address.format(id=movies[0].pk)
    tag = dict(fast_path.try_fast(asked("GET", address))[1])["ETag"]
    short = fast_path.try_fast(asked("GET", address, HTTP_IF_NONE_MATCH=tag))
    whole = the_full_stack(asked("GET", address, HTTP_IF_NONE_MATCH=tag))
    assert short[0] == whole[0] == "304 Not Modified"
    assert short[2] == whole[2] == b""
    assert {name: value for name, value in whole[1] if name != "Content-Length"} == dict(short[1])


@pytest.mark.parametrize(
    "environ",
    [
        asked("GET", "/api/movies/", HTTP_ACCEPT="text/html"),
        asked("GET", "/api/movies/?format=json"),
        asked("GET", "/api/movies/", CONTENT_LENGTH="3"),
        asked("GET", "/api/movies/", HTTP_TRANSFER_ENCODING="chunked"),
        asked("GET", "/api/movies/?page=0"),
        asked("GET", "/api/movies/999999999/"),
        asked("GET", "/api/movies/search/"),
        asked("GET", "/api/movies/", HTTP_HOST="evil.example"),
        asked("GET", "/api/movies/", HTTP_AUTHORIZATION="Token wrong"),
        asked("GET", "/swagger.json"),
        asked("GET", "/nowhere/"),
        asked("GET", "/api/movies/\u00d9\u00a1/"),
        asked("HEAD", "/api/movies/"),
        asked("POST", "/movies/", body=b'{"title": "x"}'),
        asked("PUT", "/api/movies/1/rating/", body=b'{"rating": 3}'),
    ],
    ids=lambda environ: f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ['QUERY_STRING']}",
)
def test_what_is_not_plain_and_every_error_take_the_full_stack(db, environ):
    body = environ["wsgi.input"].getvalue()
    path = environ["PATH_INFO"]
    assert fast_path.try_fast(environ) is None
    assert environ["wsgi.input"].read() == body
    assert environ["PATH_INFO"] == path


def test_a_rating_that_is_refused_is_refused_once_and_in_full(movies, alice, bob):
    for who, body, status in ((alice, b'{"rating": 3}', "403"), (bob, b'{"rating": 9}', "400"), (bob, b"{", "400")):
        environ = asked("PUT", f"/api/movies/{movies[3].pk}/rating/", body=body, token=who.credentials.token)
        assert fast_path.try_fast(environ) is None
        assert the_full_stack(environ)[0].startswith(status)
    assert not Rating.objects.filter(movie=movies[3]).exists()


def test_a_movie_that_changes_is_shown_as_it_is_now(movies, alice, anonymous):
    address = f"/api/movies/{movies[0].pk}/"
    assert anonymous.get(address).json()["title"] == "Movie 0"
    alice.patch(address, {"title": "Another"})
    assert anonymous.get(address).json()["title"] == "Another"
    genre = movies[0].genre_list[0]
    genre.name = "Renamed"
    genre.save()
    assert "Renamed" in [shown["name"] for shown in anonymous.get(address).json()["genre"]]
    Movie.objects.filter(pk=movies[0].pk).update(description="changed behind everybody's back")
    assert anonymous.get(address).json()["description"] == "changed behind everybody's back"
