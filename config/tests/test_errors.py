"""Errors have the shape of their mount, RFC 9457 or DRF's own, and are never HTML."""

import gzip
import json
from contextlib import suppress
from io import BytesIO
from wsgiref.util import setup_testing_defaults

import pytest
from django.conf import settings
from django.core.signals import request_started
from django.db import close_old_connections
from django.test import override_settings
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.module_loading import import_string
from jsonschema import Draft4Validator

from conftest import PASSWORD
from rest.tests.helpers import detail_of, fields_named, is_problem, whole_database

# The shapes that assert_shape() knows. A dialect with another one is tested where that shape is.
KNOWN = {"rest.errors.ProblemDetails": True, "rest.errors.DRFErrors": False}


def posting(*names):
    """dialect → (its address that takes POST by the first of these names that it has, whether errors are problems)."""
    found = {}
    for dialect in settings.DIALECTS.values():
        addresses = [address for name in names for address in addresses_of(dialect.name, name)]
        if addresses and dialect.errors in KNOWN:
            found[dialect.name] = (addresses[0], KNOWN[dialect.errors])
    return found


def addresses_of(dialect, name):
    with suppress(NoReverseMatch):
        address = reverse(f"{dialect}:{name}")
        if "post" in resolve(address).func.cls.http_method_names:
            yield address


MOUNTS = posting("movie-list", "collection-list")
ACCOUNTS = posting("auth-register")


@pytest.fixture(params=MOUNTS.items(), ids=lambda item: item[0])
def mount(request):
    """(address, whether errors are problems) of each mount in turn."""
    return request.param[1]


def test_the_published_documents_are_asked_in_the_shapes_that_they_publish():
    assert {
        "api": ("/api/v1/movies/", True),
        "compact": ("/api/auth/movies", False),
        "community": ("/movies/", False),
        "collector": ("/collection/", False),
        "classic": ("/", False),
    }.items() <= MOUNTS.items()
    assert {
        "api": ("/api/v1/auth/register/", True),
        "compact": ("/api/auth/register", False),
        "community": ("/register/", False),
        "classic": ("/account/register/", False),
    }.items() <= ACCOUNTS.items()


def assert_shape(response, status, problem):
    assert response.status_code == status, response.content
    assert response["Content-Type"] == ("application/problem+json" if problem else "application/json")
    assert is_problem(response) == problem
    assert detail_of(response) if problem or "detail" in response.json() else fields_named(response)


@pytest.mark.parametrize("dialect", settings.DIALECTS.values(), ids=lambda dialect: dialect.name)
def test_every_error_of_a_dialect_is_of_its_shape(alice, anonymous, dialect):
    shape = import_string(dialect.errors)
    addresses = [address for name in ("movie-list", "collection-list") for address in addresses_of(dialect.name, name)]
    for address in addresses:
        errors = {
            400: alice.post(address, {}),
            401: anonymous.post(address, {}),
            404: alice.get(f"{address}?page=999"),
            405: alice.delete(address),
            412: alice.get(address, HTTP_IF_MATCH='"another"'),
            415: alice.post(address, b"x", content_type="text/plain"),
        }
        for code, response in errors.items():
            assert response.status_code == code, address
            assert response["Content-Type"] == shape.media_type
            schema = shape.schema({"title": ["…"]} if code == 400 else {"detail": "…"})[1]
            Draft4Validator(schema).validate(response.json())


def test_400_names_the_fields(alice, mount):
    address, problem = mount
    response = alice.post(address, {})
    assert_shape(response, 400, problem)
    assert "title" in fields_named(response)


def test_a_problem_says_for_each_field_where_what_and_why(alice):
    body = alice.post(
        "/api/v1/collections/", {"title": "", "movies": [{"title": "a"}, {"uuid": "x", "title": "b"}]}
    ).json()
    assert (body["title"], body["code"]) == ("Something that was sent is wrong", "invalid")
    assert body["instance"] == "/api/v1/collections/"
    by_field = {error.pop("field"): error for error in body["errors"]}
    assert by_field == {
        "title": {"pointer": "#/title", "detail": "This field may not be blank.", "code": "blank"},
        "description": {"pointer": "#/description", "detail": "This field is required.", "code": "required"},
        "movies.1.uuid": {"pointer": "#/movies/1/uuid", "detail": "Must be a valid UUID.", "code": "invalid"},
    }
    for name, error in by_field.items():
        assert f"{name}: {error['detail']}" in body["detail"]


@pytest.mark.parametrize("body", ["[]", "5", '"text"', "true", "null", '[{"title": "x"}]'])
def test_a_body_that_is_no_object_is_400(alice, mount, body):
    address, problem = mount
    response = alice.post(address, body, content_type="application/json")
    assert_shape(response, 400, problem)


@pytest.mark.parametrize("body", ["{", "", "{'a': 1}", '{"title": }', "\ufeff{}", '{"title": "x"} x', "title=x"])
def test_a_body_that_is_no_json_is_400(alice, mount, body):
    address, problem = mount
    response = alice.post(address, body, content_type="application/json")
    assert_shape(response, 400, problem)


def test_401(anonymous, mount):
    address, problem = mount
    assert_shape(anonymous.post(address, {"title": "x"}), 401, problem)


@pytest.mark.parametrize(("path", "problem"), [("/api/v1/movies/{}/", True), ("/movies/{}/", False), ("/{}/", False)])
def test_403(charlie, movie, path, problem):
    assert_shape(charlie.delete(path.format(movie.pk)), 403, problem)


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/api/v1/movies/99/", True),
        ("/api/v1/movies/0/", True),
        (f"/api/v1/movies/{10**20}/", True),
        (f"/api/v1/movies/{'9' * 5000}/", True),
        ("/api/v1/comments/99/", True),
        ("/api/v1/movies/?page=9", True),
        ("/api/v1/nowhere/", True),
        ("/api/v1/", True),
        ("/api/auth/movies?page=9", False),
        ("/movies/99/", False),
        (f"/movies/{10**20}/", False),
        ("/movies/x/", False),
        ("/movies/%00/", False),
        ("/movies/%ff/", False),
        ("/99/", False),
        (f"/{10**20}/", False),
        ("/nowhere/", False),
        ("/nowhere", False),
        ("/favicon.ico", False),
        ("/../etc/passwd", False),
        ("/collection/nowhere/", False),
        ("/account/nowhere/", False),
        ("/media/nowhere.jpg", False),
        ("/%F0%9F%8E%AC/", False),
    ],
)
def test_404(alice, path, problem):
    method = alice.delete if "comments" in path else alice.get
    assert_shape(method(path), 404, problem)


def test_405_says_what_is_allowed(alice, mount):
    address, problem = mount
    response = alice.delete(address)
    assert_shape(response, 405, problem)
    assert {"GET", "POST"} <= set(response["Allow"].split(", "))


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
@pytest.mark.parametrize("name", ACCOUNTS)
def test_405_of_registering(anonymous, name, method):
    address, problem = ACCOUNTS[name]
    assert_shape(getattr(anonymous, method)(address), 405, problem)


@pytest.mark.parametrize("method", ["TRACE", "BREW", "get "])
def test_an_unknown_method_is_405(alice, mount, method):
    address, problem = mount
    assert_shape(alice.generic(method, address), 405, problem)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "image/png", "x", "application/octet-stream"]
)
def test_415(alice, mount, content_type):
    address, problem = mount
    before = whole_database()
    assert_shape(alice.post(address, b'{"title": "x"}', content_type=content_type), 415, problem)
    assert whole_database() == before


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "x-gzip", "gzip, br", "GZIP", "x" * 9000])
def test_415_for_a_body_that_is_encoded_names_the_encoding_and_says_what_is_taken(alice, mount, encoding):
    address, problem = mount
    before = whole_database()
    for body in (gzip.compress(b'{"title": "x"}'), b'{"title": "x"}'):
        response = alice.post(address, body, content_type="application/json", HTTP_CONTENT_ENCODING=encoding)
        assert_shape(response, 415, problem)
        assert encoding[:40] in detail_of(response)
        assert len(detail_of(response)) < 100
        assert response["Accept-Encoding"] == "identity"
    assert whole_database() == before


def test_an_encoding_that_is_none_or_of_no_body_is_nothing_to_refuse(alice, mount):
    address = mount[0]
    for encoding in ("identity", " Identity ", ""):
        assert alice.post(address, {}, HTTP_CONTENT_ENCODING=encoding).status_code == 400
    assert alice.get(address, HTTP_CONTENT_ENCODING="gzip").status_code == 200


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html,*/*;q=0.8", "application/*"])
def test_a_client_that_takes_json_gets_it(alice, mount, accept):
    response = alice.get(mount[0], HTTP_ACCEPT=accept)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize("query", ["format=xml", "format=html", "format="])
def test_an_unknown_format_is_an_error_of_the_mount_or_nothing(alice, mount, query):
    address, problem = mount
    response = alice.get(f"{address}?{query}")
    assert_shape(response, 404, problem) if query != "format=" else json.loads(response.content)


def test_413_by_the_declared_length(alice, mount, settings):
    address, problem = mount
    body = json.dumps({"title": "x" * settings.MAX_BODY_BYTES})
    before = whole_database()
    assert_shape(alice.post(address, body, content_type="application/json"), 413, problem)
    assert whole_database() == before


@pytest.mark.parametrize("length", ["abc", "-1", "1e3", "²", "9" * 30, "9" * 5000])
def test_a_declared_length_that_is_no_length_is_no_500(alice, mount, length):
    response = alice.post(mount[0], {}, CONTENT_LENGTH=length)
    assert 400 <= response.status_code < 500
    assert is_problem(response) == mount[1]


def test_an_unknown_host_is_400(anonymous):
    for path, problem in (("/movies/", False), ("/api/v1/movies/", True)):
        response = anonymous.get(path, HTTP_HOST="evil.example")
        assert_shape(response, 400, problem)


class Boom(Exception):
    pass


def test_500_is_json_and_says_nothing(anonymous, mount, monkeypatch):
    def fail(*args, **kwargs):
        raise Boom("secret reason")

    monkeypatch.setattr("rest_framework.views.APIView.check_permissions", fail)
    anonymous.raise_request_exception = False
    with override_settings(DEBUG=False):
        response = anonymous.get(mount[0])
    assert_shape(response, 500, mount[1])
    assert b"secret" not in response.content


def send_to_server(path: str, content_type: str, body: bytes, token: str) -> tuple[int, dict[str, str], bytes]:
    """POSTs through the WSGI application itself: the test client makes its requests in its own way."""
    from config.wsgi import application

    path, _, query = path.partition("?")
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "QUERY_STRING": query, "CONTENT_TYPE": content_type}
    environ |= {"CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body), "HTTP_AUTHORIZATION": f"Token {token}"}
    setup_testing_defaults(environ)
    answer = []
    request_started.disconnect(close_old_connections)  # the test's transaction is on this connection
    try:
        content = application(environ, lambda status, headers: answer.extend([int(status[:3]), dict(headers)]))
    finally:
        request_started.connect(close_old_connections)
    return *answer, b"".join(content)


BODIES = {
    "application/json": b'{"title": ""}',
    "application/x-www-form-urlencoded": b"title=",
    "multipart/form-data; boundary=b": b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\n\r\n--b--\r\n',
}
CHARSETS = ["utf-8", "hex", "zip", "rot13", "undefined", "idna", "utf-16", "latin-1", "nonsense", "\xff", "", '"utf-8"']


@pytest.mark.django_db
@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("kind", BODIES)
def test_the_declared_charset_makes_no_difference(alice, mount, kind, charset):
    for parameter in (f"; charset={charset}", f"; CHARSET={charset}", f"; charset*=UTF-8''{charset}"):
        status, headers, content = send_to_server(
            f"{mount[0]}?page=1", kind + parameter, BODIES[kind], alice.credentials.token
        )
        assert status in {400, 415}, content
        assert status == 400 or "*=" in parameter
        assert (headers["Content-Type"] == "application/problem+json") == mount[1]


@pytest.mark.parametrize(
    "content_type",
    ["text/plain; a*=nonsense''b", "a*0*=x'y'z; a*1=", "; ; =", "a/b; x=" + "y" * 9000],
)
def test_an_unreadable_content_type_is_415(alice, mount, content_type):
    before = whole_database()
    status, headers, _ = send_to_server(mount[0], content_type, b'{"title": "x"}', alice.credentials.token)
    assert status in {400, 415}
    assert (headers["Content-Type"] == "application/problem+json") == mount[1]
    assert whole_database() == before


@pytest.mark.parametrize(
    "accept", ["application/json; a*=nonsense''b", "application/json; a*=hex''zz", ";;;", "\xff/*", "/"]
)
def test_an_unreadable_accept_header_is_no_500(alice, mount, accept):
    response = alice.get(mount[0], HTTP_ACCEPT=accept)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


WITHOUT_SLASH = [
    "/movies",
    "/login",
    "/collection",
    "/account/login",
    "/api/v1/movies",
    "/api/v1/auth/login",
    "/comments/1",
]


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("address", WITHOUT_SLASH)
def test_an_address_without_its_slash_redirects_and_changes_no_method(anonymous, settings, address, debug):
    settings.DEBUG = debug
    for method in ("get", "head", "post", "put", "patch", "delete", "options"):
        response = getattr(anonymous, method)(f"{address}?a=%C3%A9&b", {"title": "x"})
        assert response.status_code == (301 if method in ("get", "head") else 308), method
        assert response["Location"].startswith(f"{address}/?")


@pytest.mark.parametrize("address", ["/api/auth/login", "/api/auth/login/"])
def test_what_has_an_address_of_either_kind_answers_at_both(alice, anonymous, address):
    login = {"username": "alice", "password": PASSWORD}
    assert anonymous.post(address, login).status_code == 200


def test_a_foreign_host_is_a_line_in_the_log_and_no_traceback(anonymous, caplog):
    assert anonymous.get("/api/v1/movies/", HTTP_HOST="evil.example").status_code == 400
    [record] = [one for one in caplog.records if one.name == "django.security.DisallowedHost"]
    assert "evil.example" in record.getMessage()
    assert record.exc_info is None
