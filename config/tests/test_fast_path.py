"""The fast path answers as the full stack does, to the byte and to the header; and leaves to it what is not plain."""

import json
import re

import pytest

from config.tests.openapi import OPERATIONS
from movies.models import Like, Movie, Rating
from movies.tests.pictures import upload
from rest import fast_path
from rest.tests.requests import asked, the_full_stack

READS = [
    "/api/v1/movies/",
    "/api/v1/movies/?page=2&page_size=2",
    "/api/v1/movies/?page=last&page_size=2",
    "/api/v1/movies/?genre=horror&ordering=-average_rating",
    "/api/v1/movies/?genre=horror&ordering=title&page_size=1",
    "/api/v1/movies/?title=movie&ordering=-likes_count",
    "/api/v1/movies/{id}/",
    "/api/v1/movies/search/?q=movie",
    "/api/v1/movies/genre/?genre=Horror",
    "/api/v1/movies/categories/",
    "/api/v1/movies/most-liked/?limit=3",
    "/api/v1/movies/newest/",
    "/movies/",
    "/movies/{id}/",
    "/movies/categories/",
    "/api/auth/movies",
    "/api/auth/movies?page_size=2",
    "/",
    "/?page_size=2",
    "/{id}/",
]

MOVIES_OF_DIALECTS = [one for one in OPERATIONS if one.name in ("movie_list", "movie_retrieve")]


@pytest.fixture
def movies(make_movie, alice, bob):
    made = [
        make_movie(f"Movie {n}", by=alice, director=f"Director {n % 2}", genre_list=["Horror", f"Genre {n}"])
        for n in range(5)
    ]
    bob.put(f"/api/v1/movies/{made[0].pk}/rating/", {"rating": 4.5})
    bob.post(f"/api/v1/movies/{made[1].pk}/like/")
    bob.post(f"/api/v1/movies/{made[2].pk}/favorite/")
    return made


def assert_answered_alike(address, token):
    for _ in range(2):  # what was shown once is kept
        status, headers, content = fast_path.try_fast(asked("GET", address, token=token))
        whole_status, whole_headers, whole_content = the_full_stack(asked("GET", address, token=token))
        assert (status, content) == (whole_status, whole_content)
        assert dict(headers) == dict(whole_headers)
        assert len(headers) == len(dict(headers))


@pytest.mark.parametrize("reader", ["anonymous", "bob"])
@pytest.mark.parametrize("address", READS)
def test_a_read_is_answered_alike(movies, bob, address, reader):
    assert_answered_alike(address.format(id=movies[1].pk), bob.credentials.token if reader == "bob" else "")


@pytest.mark.parametrize("operation", MOVIES_OF_DIALECTS, ids=str)
def test_movies_are_read_alike_in_every_dialect_by_whatever_finds_them(movies, bob, operation):
    address = re.sub(r"\{(\w+)\}", lambda field: str(getattr(movies[1], field[1])), operation.path)
    assert_answered_alike(address, bob.credentials.token)


@pytest.mark.parametrize(
    ("method", "action", "body", "model"),
    [("PUT", "rating/", b'{"rating": 3.5}', Rating), ("POST", "like/", b"{}", Like)],
)
@pytest.mark.parametrize("mount", ["/api/v1/movies/", "/movies/"])
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


@pytest.mark.parametrize("address", ["/api/v1/movies/", "/", "/api/v1/movies/{id}/"])
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
        asked("GET", "/api/v1/movies/", HTTP_IF_MATCH='"x"'),
        asked("PUT", "/api/v1/movies/1/rating/", body=b'{"rating": 3}', HTTP_IF_MATCH="*"),
        asked("GET", "/api/v1/movies/?format=json"),
        asked("GET", "/api/v1/movies/", CONTENT_LENGTH="3"),
        asked("GET", "/api/v1/movies/", HTTP_TRANSFER_ENCODING="chunked"),
        asked("GET", "/api/v1/movies/?page=0"),
        asked("GET", "/api/v1/movies/999999999/"),
        asked("GET", "/api/v1/movies/search/"),
        asked("GET", "/api/v1/movies/", HTTP_HOST="evil.example"),
        asked("GET", "/api/v1/movies/", HTTP_AUTHORIZATION="Token wrong"),
        asked("GET", "/swagger.json"),
        asked("GET", "/nowhere/"),
        asked("GET", "/api/v1/movies/\u00d9\u00a1/"),
        asked("HEAD", "/api/v1/movies/"),
        asked("POST", "/movies/", body=b'{"title": "x"}'),
        asked("PUT", "/api/v1/movies/1/rating/", body=b'{"rating": 3}'),
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
        environ = asked("PUT", f"/api/v1/movies/{movies[3].pk}/rating/", body=body, token=who.credentials.token)
        assert fast_path.try_fast(environ) is None
        assert the_full_stack(environ)[0].startswith(status)
    assert not Rating.objects.filter(movie=movies[3]).exists()


def test_a_movie_that_changes_is_shown_as_it_is_now(movies, alice, anonymous):
    address = f"/api/v1/movies/{movies[0].pk}/"
    assert anonymous.get(address).json()["title"] == "Movie 0"
    alice.patch(address, {"title": "Another"})
    assert anonymous.get(address).json()["title"] == "Another"
    genre = movies[0].genre_list[0]
    genre.name = "Renamed"
    genre.save()
    assert "Renamed" in [shown["name"] for shown in anonymous.get(address).json()["genre"]]
    Movie.objects.filter(pk=movies[0].pk).update(description="changed behind everybody's back")
    assert anonymous.get(address).json()["description"] == "changed behind everybody's back"


# --- The clients that people use ------------------------------------------------------------------------------------

ACCEPTED = {
    "axios, Angular": "application/json, text/plain, */*",
    "jQuery": "application/json, text/javascript, */*; q=0.01",
    "fetch, curl": "*/*",
    "a browser's address bar": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
    "requests of JSON": "application/json",
    "OkHttp, Retrofit": "application/json; charset=UTF-8",
    "nothing": "",
    "a page": "text/html",
    "<img>": "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8",
    "a client of XML": "application/xml",
    "one that wants no JSON": "application/json;q=0",
    "what cannot be read": "application/json;x*=bad''%ff",
    "no end": "j" * 9000,
}


@pytest.mark.parametrize("client", ACCEPTED)
@pytest.mark.parametrize("address", ["/api/v1/movies/", "/api/v1/movies/{id}/", "/", "/api/v1/movies/search/?q=movie"])
def test_what_clients_accept_is_answered_on_the_fast_path_as_in_the_full_stack(movies, address, client):
    address, accept = address.format(id=movies[0].pk), ACCEPTED[client]
    status, headers, content = fast_path.try_fast(asked("GET", address, HTTP_ACCEPT=accept))
    whole_status, whole_headers, whole_content = the_full_stack(asked("GET", address, HTTP_ACCEPT=accept))
    assert (status, content, dict(headers)) == (whole_status, whole_content, dict(whole_headers))
    assert (status, dict(headers)["Content-Type"]) == ("200 OK", "application/json")


BODILESS = {
    "curl -X POST": {},
    "curl -d ''": {"CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": "0"},
    "fetch": {"CONTENT_LENGTH": "0"},
    "axios": {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": "0", "HTTP_ACCEPT": ACCEPTED["axios, Angular"]},
    "jQuery": {"CONTENT_TYPE": "application/x-www-form-urlencoded; charset=UTF-8", "CONTENT_LENGTH": "0"},
}


@pytest.mark.parametrize("client", BODILESS)
def test_a_like_without_a_body_takes_the_fast_path(movies, charlie, client):
    address, token = f"/api/v1/movies/{movies[3].pk}/like/", charlie.credentials.token
    answers = []
    for way in (fast_path.try_fast, the_full_stack):
        status, headers, content = way(asked("POST", address, token=token, **BODILESS[client]))
        assert status == "201 Created"
        answers.append((dict(headers), content))
        Like.objects.by(charlie.user).delete()
        movies[3].stats.refresh_from_db()
    assert answers[0][0].keys() - {"Content-Length"} == answers[1][0].keys() - {"Content-Length"}


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8"])
def test_json_that_names_its_charset_takes_the_fast_path(movies, charlie, charset):
    environ = asked(
        "PUT", f"/api/v1/movies/{movies[3].pk}/rating/", body=b'{"rating": 2}', token=charlie.credentials.token
    )
    environ["CONTENT_TYPE"] = f"application/json; charset={charset}"
    assert fast_path.try_fast(environ)[0] == "201 Created"
    assert Rating.objects.get(user=charlie.user).half_stars == 4


@pytest.mark.parametrize("content_type", ["application/json; charset=latin-1", "application/json; a=b", "text/plain"])
def test_a_body_of_another_type_goes_to_the_full_stack(movies, charlie, content_type):
    environ = asked(
        "PUT", f"/api/v1/movies/{movies[3].pk}/rating/", body=b'{"rating": 2}', token=charlie.credentials.token
    )
    environ["CONTENT_TYPE"] = content_type
    assert fast_path.try_fast(environ) is None
    assert environ["CONTENT_TYPE"] == content_type


def test_a_body_over_the_limit_is_refused_however_short_it_is(movies, charlie, settings):
    settings.MAX_BODY_BYTES = 10
    environ = asked(
        "PUT", f"/api/v1/movies/{movies[3].pk}/rating/", body=b'{"rating": 2}', token=charlie.credentials.token
    )
    assert fast_path.try_fast(environ) is None
    assert the_full_stack(environ)[0].startswith("413")
    assert not Rating.objects.filter(user=charlie.user).exists()


# --- Below a prefix -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [fast_path.try_fast, the_full_stack])
def test_addresses_follow_the_prefix_of_each_request(movies, alice, settings, tmp_path, way):
    settings.MEDIA_ROOT = tmp_path
    address = f"/api/v1/movies/{movies[0].pk}/"
    assert alice.patch(address, {"cover_image": upload()}, format="multipart").status_code == 200
    shown = {}
    for prefix in ("", "/films", "/other", ""):
        _, _, content = way(asked("GET", address, SCRIPT_NAME=prefix))
        shown[prefix] = json.loads(content)["cover_image"]
        assert shown[prefix].startswith(f"http://testserver{prefix}/media/covers/")
        _, headers, _ = way(asked("GET", "/api/v1/movies/?page_size=1", SCRIPT_NAME=prefix))
        assert f"<http://testserver{prefix}/api/v1/movies/?" in dict(headers)["Link"]
    assert len(set(shown.values())) == 3
