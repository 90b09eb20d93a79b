"""Kinds of problem: every error has one, by a code that stays, and each has a page that the server itself serves."""

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import Http404
from django.urls import resolve, reverse
from rest_framework.exceptions import APIException, ErrorDetail, Throttled

from config.dialects import CANONICAL
from config.tests.openapi import OPERATIONS
from rest import problems
from rest.errors import failure, pointer_to, problem
from rest.exceptions import Busy
from rest.tests.helpers import is_problem

PROBLEM_JSON = "application/problem+json"
ROOMS = ("accounts", "collections_app", "config", "metrics", "movies", "rest")


def test_no_exception_of_the_project_is_without_a_kind():
    ours = [kind for kind in problems.subclasses(APIException) if kind.__module__.partition(".")[0] in ROOMS]
    assert len(ours) > 15
    assert list(problems.unregistered()) == []


def test_the_check_names_an_exception_that_has_no_kind():
    class Unheard(APIException):
        status_code, default_code = 418, "unheard_of"

    class Elsewhere(APIException):
        status_code, default_code = 418, "not_found"

    said = "\n".join(problems.unregistered())
    assert "Unheard has the code 'unheard_of'" in said
    assert "Elsewhere is answered with 418" in said
    Unheard.default_code = Elsewhere.default_code = "not_found"  # they live on as long as nobody collects them
    Unheard.status_code = Elsewhere.status_code = 404
    assert list(problems.unregistered()) == []


def calls_of_plain_error():
    for path in (path for room in ROOMS for path in Path(settings.BASE_DIR, room).rglob("*.py")):
        if "tests" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "plain_error":
                    yield path, node


def test_whoever_answers_outside_of_a_view_says_of_which_kind_the_error_is():
    calls = list(calls_of_plain_error())
    assert len(calls) >= 10
    for path, call in calls:
        assert len(call.args) == 4, f"{path}:{call.lineno}"


def test_a_code_has_one_meaning():
    known = problems.PROBLEMS["not_found"]
    again = {"title": known.title, "meaning": known.meaning, "advice": known.advice}
    assert problems.register("not_found", 404, **again) == "not_found"
    with pytest.raises(ValueError, match="two kinds"):
        problems.register("not_found", 410, **again)


@pytest.mark.parametrize("kind", problems.PROBLEMS.values(), ids=lambda kind: kind.code)
def test_each_kind_is_described_as_people_read_it(kind):
    assert kind.code.replace("_", "").isalpha()
    assert kind.code == kind.code.lower()
    assert kind.title[0].isupper()
    assert not kind.title.endswith(".")
    assert kind.meaning.endswith(".")
    assert kind.advice.endswith(".")
    assert kind.statuses


def test_a_message_without_a_code_is_a_mistake_of_ours():
    with pytest.raises(AttributeError):
        problem(404, {"detail": "Not found."}, "/")


def test_an_unknown_kind_says_no_more_than_its_status():
    body = problem(418, {"detail": ErrorDetail("No coffee.", "teapot")}, "/")
    assert (body["type"], body["title"], body["code"]) == ("about:blank", "I'm a Teapot", "teapot")


@pytest.mark.parametrize(
    ("trail", "pointer"),
    [
        ((), "#"),
        (("movies", "0", "title"), "#/movies/0/title"),
        (("a/b", "c~d"), "#/a~1b/c~0d"),
        (("é %", "#"), "#/%C3%A9%20%25/%23"),
    ],
)
def test_a_pointer_is_one_of_json_in_a_fragment(trail, pointer):
    assert pointer_to(trail) == pointer


# --- The pages ---


@pytest.mark.parametrize("kind", problems.PROBLEMS.values(), ids=lambda kind: kind.code)
def test_the_type_of_a_kind_leads_to_its_page(client, db, kind):
    response = client.get(problems.type_of(kind.code))
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in response["Content-Security-Policy"]
    text = response.content.decode()
    assert kind.code in text
    for status in kind.statuses:
        assert str(status) in text


def test_the_index_has_them_all(client, db):
    text = client.get("/problems/").content.decode()
    for kind in problems.PROBLEMS.values():
        assert f'href="/problems/{kind.code}/"' in text


def test_an_unknown_kind_has_no_page(client, db):
    for address in ("/problems/nonsense/", "/problems/NOT_FOUND/", "/problems/%3Cscript%3E/"):
        response = client.get(address)
        assert (response.status_code, response["Content-Type"]) == (404, "application/json")
    assert client.post("/problems/").status_code == 405


def test_below_a_prefix_the_type_has_it_too(anonymous, below_films):
    body = problem(404, {"detail": ErrorDetail("Not found.", "not_found")}, "/films/")
    assert body["type"] == "/films/problems/not_found/"


# --- Every kind of refusal, at every mount ---


def mounts():
    """(prefix, whether its errors are problems): every dialect at an address that it has and below it."""
    yield "/api/v1/movies/", True
    yield "/api/v1/collections/", True
    yield "/api/auth/movies", False
    yield "/api/movies/", False
    yield "/movies/", False
    yield "/collection/", False
    yield "/", False
    yield "/account/login/", False


@pytest.fixture(params=mounts(), ids=lambda mount: mount[0])
def mount(request):
    return request.param


def assert_kind(response, mount, status, code):
    """An error of the mount's shape: a problem of that kind, or what REST framework sends."""
    assert response.status_code == status, response.content
    assert response["X-Request-ID"]
    if mount[1]:
        assert is_problem(response)
        assert response.json()["code"] == code
    else:
        assert response["Content-Type"] == "application/json"
        assert "type" not in response.json()
        assert "request_id" not in response.json()


def test_every_mount_is_asked():
    named = {resolve(address).namespace for address, _ in mounts()}
    assert named == set(settings.DIALECTS)


def test_404_of_an_address_that_nobody_has(anonymous, mount):
    below = "nowhere" if mount[0].endswith("/") else "/nowhere"
    for address in (f"{mount[0]}{below}", f"{mount[0]}{below}/"):
        assert_kind(anonymous.get(address), mount, 404, "not_found")
        assert_kind(anonymous.post(address, {}), mount, 404, "not_found")


@pytest.mark.parametrize(
    ("address", "is_canonical"),
    [
        ("/api/v1/nowhere/", True),
        ("/api/v1/nowhere", True),
        ("/api/v1/", True),
        ("/api/auth/nowhere", False),
        ("/api/auth/nowhere/", False),
        ("/api/nowhere/", False),
        ("/api/", False),
        ("/nowhere/", False),
        ("/account/nowhere/", False),
    ],
)
def test_404_of_what_no_router_knows(anonymous, db, address, is_canonical):
    assert_kind(anonymous.get(address), (address, is_canonical), 404, "not_found")


def test_400_of_a_foreign_host(anonymous, mount):
    assert_kind(anonymous.get(mount[0], HTTP_HOST="evil.example"), mount, 400, "disallowed_host")


def test_401_of_a_refused_credential(anonymous, mount):
    response = anonymous.get(mount[0], HTTP_AUTHORIZATION="Token dead")
    if mount[0] == "/account/login/":
        return  # where no credential is looked at
    assert_kind(response, mount, 401, "token_not_valid")
    assert response.json()["code"] == "token_not_valid"


def test_405(anonymous, alice, mount):
    assert_kind(alice.generic("TRACE", mount[0]), mount, 405, "method_not_allowed")


def test_411_413_and_415(alice, mount, settings):
    length = str(settings.MAX_BODY_BYTES + 1)
    assert_kind(alice.post(mount[0], {}, CONTENT_LENGTH=length), mount, 413, "too_large")
    encoded = alice.post(mount[0], {}, HTTP_CONTENT_ENCODING="gzip")
    assert_kind(encoded, mount, 415, "unsupported_content_encoding")
    chunked = alice.post(mount[0], {}, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")
    assert_kind(chunked, mount, 411, "length_required")
    text = alice.post(mount[0], b"x", content_type="text/plain")
    assert_kind(text, mount, 415, "unsupported_media_type")


def test_400_of_a_broken_body(alice, mount):
    assert_kind(alice.post(mount[0], b"{", content_type="application/json"), mount, 400, "parse_error")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Http404("x"), 404, "not_found"),
        (SuspiciousOperation("x"), 400, "parse_error"),
        (RuntimeError("secret"), 500, "internal_error"),
    ],
    ids=lambda value: str(value),
)
def test_what_a_view_raises(anonymous, mount, monkeypatch, error, status, code):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr("rest_framework.views.APIView.check_permissions", fail)
    anonymous.raise_request_exception = False
    response = anonymous.post(mount[0], {})
    assert_kind(response, mount, status, code)
    assert b"secret" not in response.content


def test_429_and_503(anonymous, mount, monkeypatch):
    for error, status, code in ((Throttled(7), 429, "throttled"), (Busy(), 503, "busy")):

        def fail(*args, error=error, **kwargs):
            raise error

        monkeypatch.setattr("rest_framework.views.APIView.check_permissions", fail)
        response = anonymous.post(mount[0], {})
        assert_kind(response, mount, status, code)
        assert int(response["Retry-After"]) > 0


def test_pages_for_people_stay_pages(client, sam):
    client.force_login(sam.user)
    for address, status in (("/admin/nowhere/", 404), ("/accounts/confirm/?key=x", 400)):
        response = client.get(address)
        assert response.status_code == status
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("path", "media_type"),
    [("/api/v1/movies/", PROBLEM_JSON), ("/api/movies/", "application/json"), ("/", "application/json")],
)
def test_where_the_application_has_failed_the_path_alone_tells_the_shape(path, media_type):
    found, body = failure(path, 500, "It failed.")
    assert found == media_type
    assert b'"detail": "It failed."' in body
    assert (b'"code": "internal_error"' in body) == (media_type == PROBLEM_JSON)


# --- The document ---

# What answers with secrets, or takes a password: it is done each time.
SECRET = {
    *(f"auth_{name}" for name in ("register", "login", "logout", "refresh")),
    *(f"recovery_{name}" for name in ("confirm", "ask_reset", "reset")),
    *(f"second_factor_{name}" for name in ("begin", "confirm", "turn_off", "recovery_codes")),
    *(f"user_{name}" for name in ("update_me", "delete_me", "password")),
    "token_create",
}


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.dialect == CANONICAL], ids=str)
def test_the_document_shows_problems_that_the_server_answers(operation):
    for status, response in operation.responses.items():
        example = response.get("examples", {}).get(PROBLEM_JSON)
        if status >= 400:
            kind = problems.PROBLEMS[example["code"]]
            assert status in kind.statuses
            assert (example["type"], example["title"]) == (reverse("problem", args=[kind.code]), kind.title)


def test_the_document_says_which_headers_a_change_takes():
    changes = [one for one in OPERATIONS if one.method != "get"]
    without_key = {one.name for one in changes if "Idempotency-Key" not in one.parameters("header")}
    assert without_key == SECRET
    for operation in changes:
        success = operation.responses[operation.successes[0]].get("headers", {})
        assert ("Idempotency-Replayed" in success) == (operation.name not in SECRET), operation
        assert (422 in operation.responses) == (operation.name not in SECRET), operation
    by_method = {method: [one for one in OPERATIONS if one.method == method] for method in ("get", "patch", "put")}
    assert not any(one.parameters("header") for one in by_method["get"])
    assert all("If-Match" in one.parameters("header") for one in by_method["patch"])
    assert {one.name for one in by_method["put"] if "If-None-Match" not in one.parameters("header")} == {
        "movie_add_favorite"  # which cannot be read
    }
