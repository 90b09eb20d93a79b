"""Pages of allowed origins may read what the server answers, whichever way and whatever the answer is."""

import pytest
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIHandler
from rest_framework.test import APIClient

from config.wsgi import ReadableHeaders
from rest import fast_path
from rest.cors import origins
from rest.refusals import REFUSAL
from rest.tests.requests import answered, asked

APP, OTHER = "http://localhost:5173", "https://evil.example"
ALLOWED = {"authorization", "content-type", "if-match", "if-none-match", "idempotency-key", "x-request-id"}
EXPOSED = "Link, ETag, Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-ID, WWW-Authenticate, Idempotency-Replayed"


def allow(settings, *allowed):
    settings.MIDDLEWARE = [settings.MIDDLEWARE[0], "rest.cors.CORSLayer", *settings.MIDDLEWARE[1:]]
    settings.CORS_ALLOWED_ORIGINS, settings.CORS_ALLOW_ALL_ORIGINS = list(allowed), allowed == ("*",)


def headers_of(answer):
    return {name.lower(): value for name, value in answer[1]}


def try_fast(environ):
    answer = fast_path.try_fast(environ)
    return answer[0], headers_of(answer), answer[2]


def the_full_stack(environ):
    """With MIDDLEWARE as the test has it."""
    answer = answered(ReadableHeaders(WSGIHandler()), environ)
    return answer[0], headers_of(answer), answer[2]


@pytest.fixture
def app(settings):
    allow(settings, APP, "capacitor://localhost")


def preflight(address, origin=APP, method="POST"):
    return APIClient().options(address, HTTP_ORIGIN=origin, HTTP_ACCESS_CONTROL_REQUEST_METHOD=method)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/movies/",
        "/api/v1/movies/1/",
        "/api/auth/login",
        "/movies/",
        "/",
        "/collection/",
        "/nowhere/",
        "/swagger.json",
    ],
)
def test_a_preflight_allows_every_method_and_the_headers_that_clients_send(db, app, address, method):
    response = preflight(address, method=method)
    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == APP
    assert method in response["Access-Control-Allow-Methods"].split(", ")
    assert set(response["Access-Control-Allow-Headers"].split(", ")) == ALLOWED
    assert "Access-Control-Allow-Credentials" not in response
    assert response.content == b""


def test_another_origin_gets_its_answer_and_no_permission_to_read_it(db, app):
    for origin in (
        OTHER,
        f"{APP}.evil.example",
        "http://localhost:5174",
        "https://localhost:5173",
        "null",
        "x" * 9000,
        "//[",
    ):
        for response in (preflight("/api/v1/movies/", origin), APIClient().get("/api/v1/movies/", HTTP_ORIGIN=origin)):
            assert response.status_code == 200
            assert "Access-Control-Allow-Origin" not in response
            assert "origin" in response["Vary"].lower()


def test_both_ways_answer_alike(movie, app):
    for origin in ({"HTTP_ORIGIN": APP}, {"HTTP_ORIGIN": OTHER}, {}):
        fast = try_fast(asked("GET", "/api/v1/movies/", **origin))
        whole = the_full_stack(asked("GET", "/api/v1/movies/", **origin))
        assert fast == whole
        headers = fast[1]
        allowed, exposed = (APP, EXPOSED) if origin.get("HTTP_ORIGIN") == APP else (None, None)
        assert headers.get("access-control-allow-origin") == allowed
        assert headers.get("access-control-expose-headers") == exposed
        assert headers["vary"] == "Authorization, Accept-Encoding, origin"


@pytest.mark.parametrize(
    ("method", "address", "status", "more"),
    [
        ("GET", "/api/v1/movies/999999/", 404, {}),
        ("POST", "/api/v1/movies/", 401, {}),
        ("POST", "/api/auth/login/", 400, {}),
        ("GET", "/movies", 301, {}),
        ("GET", "/livez", 200, {}),
        ("GET", "/swagger.json", 200, {}),
        ("GET", "/api/v1/movies/", 400, {"HTTP_HOST": "evil.example"}),
        ("POST", "/api/v1/movies/", 413, {"CONTENT_LENGTH": "999999999"}),
        ("GET", "/api/v1/movies/", 400, {REFUSAL: (400, "Invalid header.")}),
    ],
)
def test_errors_and_everything_else_may_be_read_too(db, app, method, address, status, more):
    got, headers, _ = the_full_stack(asked(method, address, HTTP_ORIGIN=APP, **more))
    assert got.startswith(str(status))
    assert headers["access-control-allow-origin"] == APP


def test_what_the_client_has_already_may_be_read_too(movie, app):
    tag = try_fast(asked("GET", "/api/v1/movies/"))[1]["etag"]
    for way in (try_fast, the_full_stack):
        status, headers, _ = way(asked("GET", "/api/v1/movies/", HTTP_ORIGIN=APP, HTTP_IF_NONE_MATCH=tag))
        assert status.startswith("304")
        assert headers["access-control-allow-origin"] == APP


@pytest.mark.parametrize("address", ["/admin/", "/admin/login/", "/admin/movies/movie/", "/admin"])
def test_the_admin_is_never_opened(db, settings, address):
    allow(settings, "*")
    for response in (preflight(address), APIClient().get(address, HTTP_ORIGIN=APP)):
        assert not [name for name in response.headers if name.lower().startswith("access-control")]


def test_everybody_may_be_allowed(movie, settings):
    allow(settings, "*")
    assert preflight("/api/v1/movies/", OTHER)["Access-Control-Allow-Origin"] == "*"
    assert try_fast(asked("GET", "/api/v1/movies/", HTTP_ORIGIN=OTHER))[1]["access-control-allow-origin"] == "*"


def test_nobody_is_allowed_unless_the_setting_says_so(movie):
    assert "rest.cors.CORSLayer" not in django_settings.MIDDLEWARE
    assert "Access-Control-Allow-Origin" not in APIClient().get("/api/v1/movies/", HTTP_ORIGIN=APP)
    assert "origin" not in APIClient().get("/api/v1/movies/", HTTP_ORIGIN=APP)["Vary"]
    assert "Access-Control-Allow-Origin" not in preflight("/api/v1/movies/")


def test_origins_are_written_as_browsers_send_them():
    assert origins([]) == []
    assert origins(["*"]) == ["*"]
    assert origins([" http://LocalHost:5173 ", "capacitor://localhost", "null"]) == [
        "http://localhost:5173",
        "capacitor://localhost",
        "null",
    ]
    for wrong in (
        "localhost:5173",
        "app.example.com",
        "https://app.example.com/",
        "https://a/b",
        "https://*.example.com ?",
        "",
    ):
        with pytest.raises(ValueError, match=r"CORS_ALLOWED_ORIGINS: .* nor an origin such as"):
            origins([wrong])
    with pytest.raises(ValueError, match="alone"):
        origins(["*", APP])
