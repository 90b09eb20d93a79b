"""The addresses in answers lead back to the server, whatever stands in front of it."""

import json
import re

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import get_script_prefix

from config.wsgi import full_stack
from movies.tests.pictures import upload
from rest.fast_path import FastPath
from rest.proxies import BehindProxies, as_prefix
from rest.tests.requests import answered, asked


@pytest.fixture
def behind(db, settings):
    """What a client gets behind a proxy that says `more`: status, headers, body."""
    settings.TRUSTED_PROXIES, settings.USE_X_FORWARDED_HOST = 1, True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.ALLOWED_HOSTS = ["movies.example.com", "testserver", "[2001:db8::1]"]

    def get(address, *, method="GET", **more):
        status, headers, body = answered(BehindProxies(FastPath(full_stack)), asked(method, address, **more))
        return status, dict(headers), body

    return get


NEW = b'{"title": "New", "description": "d", "release_date": "2001-01-01", "director": "D", "genre": "Drama"}'
each_way = pytest.mark.parametrize("condition", [{}, {"HTTP_IF_MATCH": "*"}], ids=["fast path", "full stack"])


def next_page(get, **more):
    status, headers, body = get("/api/v1/movies/?page_size=1", **more)
    assert status == "200 OK", body
    assert f"<{json.loads(body)['next']}>" in headers["Link"]
    return json.loads(body)["next"].partition("?")[0]


# --- The path -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["/marquee", "/marquee/", "marquee", " /marquee ", "/else, /marquee"])
def test_the_path_that_a_trusted_proxy_says_is_in_the_links(behind, make_movie, said):
    make_movie("A"), make_movie("B")
    assert next_page(behind, HTTP_X_FORWARDED_PREFIX=said) == "http://testserver/marquee/api/v1/movies/"


NO_PATHS = [
    "",
    "/",
    "//evil.example",
    "/a//b",
    "https://evil.example/",
    "/a b",
    "/..",
    "/a/../b",
    "/a?b",
    "/a%2f",
    "/é",
]


@pytest.mark.parametrize("said", [*NO_PATHS, "/" + "x" * 5000, "\0", "<script>"], ids=lambda said: said[:30])
def test_what_is_no_path_is_not_believed(behind, make_movie, said):
    make_movie("A"), make_movie("B")
    assert next_page(behind, HTTP_X_FORWARDED_PREFIX=said) == "http://testserver/api/v1/movies/"


def test_nobodys_path_is_believed_where_no_proxy_is_trusted(behind, make_movie, settings):
    settings.TRUSTED_PROXIES = 0
    make_movie("A"), make_movie("B")
    assert next_page(behind, HTTP_X_FORWARDED_PREFIX="/marquee") == "http://testserver/api/v1/movies/"


@each_way
@pytest.mark.parametrize("path", ["/api/v1/movies/?page_size=1", "/marquee/api/v1/movies/?page_size=1"])
def test_the_setting_says_it_for_proxies_that_take_the_path_off_and_for_those_that_do_not(
    behind, make_movie, settings, path, condition
):
    settings.PATH_PREFIX, settings.TRUSTED_PROXIES = "/marquee", 0
    make_movie("A"), make_movie("B")
    status, headers, body = behind(path, **condition)
    assert status == "200 OK"
    assert json.loads(body)["next"].startswith("http://testserver/marquee/api/v1/movies/?")
    assert re.findall(r"<([^?]*)\?", headers["Link"]) == ["http://testserver/marquee/api/v1/movies/"] * 3


def test_a_path_that_a_proxy_took_off_is_not_taken_off_twice(behind, make_movie):
    make_movie("A"), make_movie("B")
    assert next_page(behind, HTTP_X_FORWARDED_PREFIX="/api") == "http://testserver/api/api/v1/movies/"


@pytest.mark.parametrize("prefix", ["/movies", "/api/marquee", "/admin", "/static", "/media"])
def test_a_setting_that_is_an_address_of_our_own_is_refused_at_the_start(settings, prefix):
    settings.PATH_PREFIX = prefix
    with pytest.raises(ImproperlyConfigured, match=f"PATH_PREFIX={prefix} .*choose another path"):
        BehindProxies(full_stack)


def test_a_setting_is_a_path_or_nothing():
    assert [as_prefix(text) for text in ("", "/", "a", "/a/", "/a/b.c")] == ["", "", "/a", "/a", "/a/b.c"]
    with pytest.raises(ValueError, match="no path"):
        as_prefix("http://movies.example.com/marquee")


def test_every_other_address_is_below_the_path_too(behind, alice, movie, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    below = {"HTTP_X_FORWARDED_PREFIX": "/marquee"}
    alice.patch(f"/api/v1/movies/{movie.pk}/", {"cover_image": upload()}, format="multipart")
    shown = json.loads(behind(f"/api/v1/movies/{movie.pk}/", **below)[2])
    assert shown["cover_image"].startswith("http://testserver/marquee/media/covers/")
    assert behind("/api/v1/movies", **below)[1]["Location"] == "/marquee/api/v1/movies/"
    assert behind("/admin/", **below)[1]["Location"] == "/marquee/admin/login/?next=/marquee/admin/"
    for page in ("/admin/login/", "/swagger/", "/redoc/"):
        linked = re.findall(r'(?:href|src)="(/[^"]+)"', behind(page, **below)[2].decode())
        assert linked
        assert [address for address in linked if not address.startswith("/marquee/")] == []
    assert json.loads(behind("/swagger.json", **below)[2])["basePath"] == "/marquee"
    assert json.loads(behind("/swagger.json")[2])["basePath"] == "/"
    added = asked("POST", "/api/v1/movies/", body=NEW, token=alice.credentials.token, **below)
    status, headers, body = answered(BehindProxies(FastPath(full_stack)), added)
    assert status == "201 Created"
    assert dict(headers)["Location"] == f"http://testserver/marquee/api/v1/movies/{json.loads(body)['id']}/"


def test_an_address_that_there_is_not_has_the_errors_of_its_dialect_below_the_path_too(behind):
    status, headers, body = behind("/api/v1/nowhere/", HTTP_X_FORWARDED_PREFIX="/marquee")
    assert (status, headers["Content-Type"]) == ("404 Not Found", "application/problem+json")
    assert json.loads(body)["instance"] == "/marquee/api/v1/nowhere/"


# --- The name and the scheme ----------------------------------------------------------------------------------------


@each_way
@pytest.mark.parametrize(
    ("proxies", "said", "name"),
    [
        (1, "movies.example.com", "movies.example.com"),
        (1, "movies.example.com:8443", "movies.example.com:8443"),
        (1, "evil.example, movies.example.com", "movies.example.com"),
        (2, "evil.example, movies.example.com, inner.example:8000", "movies.example.com"),
        (2, "movies.example.com", "movies.example.com"),
        (1, "[2001:db8::1]:8443", "[2001:db8::1]:8443"),
        (1, "", "testserver"),
        (1, " , ", "testserver"),
    ],
)
def test_the_name_is_the_one_that_trusted_proxies_say(behind, make_movie, settings, proxies, said, name, condition):
    settings.TRUSTED_PROXIES = proxies
    make_movie("A"), make_movie("B")
    assert next_page(behind, HTTP_X_FORWARDED_HOST=said, **condition) == f"http://{name}/api/v1/movies/"


@pytest.mark.parametrize("said", ["evil.example", "a b", "movies.example.com:x", "[::", "@", "\0", "é", "x" * 9000])
def test_a_name_that_is_not_ours_is_400(behind, said):
    assert behind("/api/v1/movies/", HTTP_X_FORWARDED_HOST=said)[0] == "400 Bad Request"


@each_way
@pytest.mark.parametrize(
    ("said", "scheme"),
    [
        ("https", "https"),
        ("https,http", "https"),
        ("https, http", "https"),
        ("http", "http"),
        ("ftp", "http"),
        ("", "http"),
    ],
)
def test_the_scheme_is_the_clients(behind, make_movie, said, scheme, condition):
    make_movie("A"), make_movie("B")
    got = next_page(behind, HTTP_X_FORWARDED_PROTO=said, **condition)
    assert got == f"{scheme}://testserver/api/v1/movies/"


def test_what_is_asked_below_a_path_leaves_the_thread_where_it_was(behind, make_movie):
    make_movie("A")
    behind("/api/v1/movies/", HTTP_X_FORWARDED_PREFIX="/marquee")
    assert get_script_prefix() == "/"
