"""What personal access tokens may do: every operation of every mount, with every scope."""

from types import SimpleNamespace

import pytest
from jsonschema import Draft4Validator

from accounts import scopes
from accounts.models import User
from accounts.tests.contract import as_bearer
from accounts.tests.test_personal_tokens import make
from config.tests.openapi import OPERATIONS, strict
from config.tests.test_dialects import patterns
from config.tests.test_fast_path import asked, the_full_stack
from rest import fast_path
from rest.tests.helpers import is_problem, whole_database

FEEDBACK = {"favorite", "add_favorite", "remove_favorite", "like", "add_like", "remove_like", "comments", "add_comment"}
FEEDBACK |= {"rating", "rate", "unrate", "ratings"}
BY_KIND = {
    "movie": "movies",
    "director": "movies",
    "genre": "movies",
    "comment": "feedback",
    "rating": "feedback",
    "collection": "collections",
    "user": "account",
    "request-count": "server",
    "request": "server",
    "auth": scopes.ANY_TOKEN,
}
# What accounts let tokens do. Whatever else there is about accounts takes a login, until somebody has thought about it.
OPEN_TO_TOKENS = {"user_list", "user_me", "user_update_me", "auth_logout"}
ASKED = [operation for operation in OPERATIONS if operation.takes_credential]


def area_of(operation):
    kind, _, action = operation.name.partition("_")
    if kind == "movie" and action in FEEDBACK:
        return "feedback"
    if kind in BY_KIND and (BY_KIND[kind] not in ("account", scopes.ANY_TOKEN) or operation.name in OPEN_TO_TOKENS):
        return BY_KIND[kind]
    return scopes.LOGIN_ONLY


def enough(operation):
    """The scopes of which each alone opens the operation."""
    area = area_of(operation)
    if area == scopes.LOGIN_ONLY:
        return set()
    if area == scopes.ANY_TOKEN:
        return {*scopes.SCOPES}
    rights = {"read", "write"} if operation.method == "get" else {"write"}
    return {scope for scope in scopes.SCOPES if scope in rights or scope in {f"{area}:{right}" for right in rights}}


def address(operation):
    path = operation.path
    for name, value in (("{id}", "1"), ("{uuid}", "57baf4f4-c9ef-4197-9e4f-acf04eae5b4d")):
        path = path.replace(name, value)
    return path


def challenge_of(response):
    return response.get("WWW-Authenticate", "")


def is_refused(response):
    return response.status_code == 403 and 'error="insufficient_scope"' in challenge_of(response)


@pytest.mark.parametrize("operation", ASKED, ids=str)
def test_an_operation_is_open_to_those_scopes_that_reach_it_and_to_no_others(alice, anonymous, operation):
    send = getattr(anonymous, operation.method)
    before, opened = None, set()
    for scope in scopes.SCOPES:
        header = as_bearer(make(alice, scope).token)
        before = whole_database()
        response = send(address(operation), **header)
        if is_refused(response):
            assert is_problem(response) == (operation.dialect == "api")
            Draft4Validator(strict(operation.responses[403]["schema"])).validate(response.json())
            assert whole_database() == before
        else:
            opened.add(scope)
    assert opened == enough(operation)


OPEN_TO_EVERY_TOKEN = [operation for operation in ASKED if area_of(operation) == scopes.ANY_TOKEN]


@pytest.mark.parametrize("operation", OPEN_TO_EVERY_TOKEN, ids=str)
def test_what_every_token_opens_is_described_without_a_403(operation):
    assert 403 not in operation.responses


def test_every_viewset_has_an_area_and_no_action_another_than_there_are():
    known = {*scopes.AREAS, scopes.LOGIN_ONLY, scopes.ANY_TOKEN, "server"}
    for _, pattern in patterns():
        viewset = pattern.callback.cls
        if not hasattr(viewset, "operations"):
            continue
        assert getattr(viewset, "area", None) in known, (
            f"{viewset.__name__} has no `area`, so that nobody knows which personal access tokens may use it: set one of "
            f"{sorted(known)}."
        )
        areas = getattr(viewset, "areas", {})
        assert set(areas.values()) <= known
        assert all(hasattr(viewset, action) for action in areas)


@pytest.mark.parametrize("word", ["Token", "Bearer"])
def test_a_refusal_says_which_scope_is_missing(alice, anonymous, word):
    token = make(alice, "feedback:write").token
    response = anonymous.get("/api/v1/movies/", HTTP_AUTHORIZATION=f"{word} {token}")
    assert response.json()["detail"] == "This token lacks the scope movies:read."
    assert challenge_of(response) == (
        f'{word} realm="Marquee", error="insufficient_scope", '
        'error_description="This token lacks the scope movies:read.", scope="movies:read"'
    )
    response = anonymous.get("/request-count/", HTTP_AUTHORIZATION=f"{word} {token}")
    assert response.json() == {"detail": "This token lacks the scope read."}


@pytest.mark.parametrize("address", ["/api/v1/movies/", "/movies/", "/api/movies/", "/", "/api/auth/movies"])
@pytest.mark.parametrize("scope", scopes.SCOPES)
def test_both_ways_of_a_request_ask_for_the_same_scope(alice, movie, address, scope):
    token = make(alice, scope).token
    fast = fast_path.try_fast(asked("GET", address, token=token))
    status, _, content = the_full_stack(asked("GET", address, token=token))
    reaches = scope in ("read", "write", "movies:read", "movies:write")
    assert status.startswith("200" if reaches else "403")
    assert fast is None if not reaches else fast[2] == content


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_looking_takes_the_right_to_read(alice, anonymous, method):
    for scope, status in (("movies:read", 200), ("account:read", 403)):
        header = as_bearer(make(alice, scope).token)
        assert anonymous.generic(method, "/api/v1/movies/", **header).status_code == status


def test_what_is_not_there_takes_no_scope(alice, anonymous):
    header = as_bearer(make(alice, "account:read").token)
    assert anonymous.get("/api/v1/nowhere/", **header).status_code == 404
    assert anonymous.post("/api/v1/nowhere/", HTTP_IDEMPOTENCY_KEY="k", **header).status_code == 404
    request = SimpleNamespace(resolver_match=None, path_info="/nowhere/", method="GET")
    assert scopes.missing_scope(request, []) is None


def test_a_key_of_idempotency_opens_nothing(alice, anonymous):
    header = as_bearer(make(alice, "movies:read").token)
    before = whole_database()
    response = anonymous.post("/api/v1/movies/", {"title": "Alien"}, HTTP_IDEMPOTENCY_KEY="k", **header)
    assert is_refused(response)
    assert whole_database() == before


def test_no_token_changes_the_address_of_the_account(alice, anonymous):
    header = as_bearer(make(alice, "write").token)
    before = User.objects.values().get()
    response = anonymous.patch("/api/v1/users/me/", {"email": "eve@example.com", "current_password": "x"}, **header)
    assert is_refused(response)
    assert response.json()["detail"] == "No token may do this: log in."
    assert User.objects.values().get() == before
