"""What the Swagger document promises is what the server does: its examples are sent, its errors provoked."""

import json
import re
import uuid
from datetime import timedelta
from functools import cached_property
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.management.color import no_style
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone
from jsonschema import Draft4Validator

from accounts.models import MailedKey, PersonalToken, Purpose, Session, User
from accounts.services import make_token
from accounts.tests.apps import App
from collections_app.models import Collection
from collections_app.services import create_collection
from config.dialects import CANONICAL
from config.tests.openapi import OPERATIONS, Operation, strict
from conftest import ALIEN, PASSWORD, Person
from movies import services
from movies.models import Comment, Director, Genre, Like, Movie
from rest.exceptions import Busy

each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)
WITHOUT = {"{id}": "999999999", "{uuid}": str(uuid.uuid4())}
CHARLIES = ("movie_add_like", "movie_favorite", "movie_rate", "rating_create")
BOBS = ("movie_rating", "movie_unrate")

TOKEN = {"name": "a", "scopes": ["read"], "expires_in_days": 1}
ITEMS = ("movie", "comment", "director", "genre", "collection", "session", "token")


class World:
    """Alice's movie, which bob rated and liked and she commented on; what the documents' examples refer to by id."""

    def __init__(self, people: dict[str, Person]) -> None:
        self.people = people
        self.make_references()

    def make_references(self) -> None:
        """What the examples refer to by id."""
        Director.objects.create(pk=1, name="DDLJ Director")
        for pk, name in enumerate(["Adventure", "Drama", "Horror"], start=1):
            Genre.objects.create(pk=pk, name=name)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), [Director, Genre]):
                cursor.execute(statement)

    def make_items(self) -> None:
        """All of them, for those who look at lists."""
        for name in ITEMS:
            self.item(name)

    def forget_items(self) -> None:
        """Whatever is asked for from now on is made anew."""
        for name in ITEMS:
            self.__dict__.pop(name, None)

    def item(self, name: str) -> Any:
        """What an operation with such a name is about, made when it is first asked for."""
        return getattr(self, name) if name in ITEMS else None

    @cached_property
    def movie(self) -> Movie:
        alice, bob = self.people["alice"], self.people["bob"]
        movie = services.add_movie(by=alice.user, favorite=True, **ALIEN)
        services.rate(movie_id=movie.pk, user=bob.user, half_stars=9)
        services.set_mark(Like, movie_id=movie.pk, user=bob.user, wanted=True)
        return movie

    @cached_property
    def comment(self) -> Comment:
        return services.comment(movie=self.movie, user=self.people["alice"].user, text="Watch it with the lights off.")

    @cached_property
    def director(self) -> Director:
        return Director.objects.get(pk=1)

    @cached_property
    def genre(self) -> Genre:
        return Genre.objects.get(pk=1)

    @cached_property
    def collection(self) -> Collection:
        movies = [{"uuid": self.movie.uuid}, {"title": "Queerama", "description": "50 years", "genres": "Drama"}]
        alice = self.people["alice"].user
        return create_collection(user=alice, title="hi", description="Description", movies=movies)

    @cached_property
    def session(self) -> Session:
        return self.people["alice"].user.sessions.get()

    @cached_property
    def token(self) -> PersonalToken:
        alice = self.people["alice"].user
        return make_token(request=HttpRequest(), user=alice, login=self.session, **TOKEN).row

    def path(self, operation: Operation) -> str:
        """The operation's address with this world's own item: `{uuid}` is its field of that name."""
        item = self.item(operation.name.partition("_")[0])
        return re.sub(r"\{(\w+)\}", lambda field: str(getattr(item, field[1])), operation.path)

    def caller(self, operation: Operation) -> Person:
        name = "charlie" if operation.name in CHARLIES else "bob" if operation.name in BOBS else "alice"
        return self.people[name]

    def body(self, operation: Operation) -> dict[str, Any] | None:
        """The document's example, with what only this world knows: ids, secrets, and who exists."""
        if operation.parameters("formData"):
            return {"duration": 116, "director": {"name": "Ridley Scott"}, "genre": [{"id": 3}], "cover_image": None}
        if operation.body is None:
            return None
        body = dict(operation.body["example"])
        if "movie" in body:
            body["movie"] = self.movie.pk
        if operation.name == "auth_login":
            User.objects.create_user(body["username"], "", body["password"])
        if operation.name == "auth_refresh":
            body["refresh"] = self.people["alice"].credentials.refresh
        if "current_password" in body:
            body["current_password"] = PASSWORD
        if "code" in body:
            body["code"] = App(self.people["alice"], is_on=operation.name != "second_factor_confirm").next_code()
        if "key" in body:
            self.mail_key(body["key"], Purpose.RESET if operation.name == "recovery_reset" else Purpose.CONFIRM)
        return body

    def mail_key(self, key: str, purpose: Purpose) -> None:
        """Makes `key` one that alice has got by mail."""
        alice = self.people["alice"].user
        tomorrow = timezone.now() + timedelta(days=1)
        MailedKey.objects.filter(user=alice).delete()
        MailedKey.objects.create(
            user=alice, purpose=purpose, address=alice.email, digest=Session.digest(key), expires_at=tomorrow
        )

    def send(self, operation: Operation, by: Any, path: str = "", body: dict[str, Any] | None = None) -> Any:
        query = required_query(operation)
        path = path or self.path(operation)
        if operation.method == "get":
            return by.get(path, query)
        return by.generic(operation.method.upper(), path, **as_json(body))


def required_query(operation: Operation) -> dict[str, Any]:
    values = {"q": "alien", "genre": "Horror"}
    return {name: values[name] for name, one in operation.parameters("query").items() if one.get("required")}


def as_json(body: dict[str, Any] | None) -> dict[str, Any]:
    if body is None:
        return {}
    return {"data": json.dumps(body), "content_type": "application/json"}


@pytest.fixture
def world(alice: Person, bob: Person, charlie: Person, settings: Any) -> World:
    settings.THROTTLING = False
    return World({"alice": alice, "bob": bob, "charlie": charlie})


def assert_as_described(operation: Operation, response: Any) -> None:
    assert response.status_code in operation.responses, response.content
    about = operation.responses[response.status_code]
    if "schema" not in about:
        assert response.content == b""
        assert response.status_code != 304 or "ETag" in response
        return
    if about["schema"].get("type") == "file":
        assert response["Content-Type"] in operation.about["produces"]
        assert "no-store" in response["Cache-Control"]
        assert "ETag" not in response
        return
    media_type = next(iter(about["examples"]))
    assert response["Content-Type"].partition(";")[0] == media_type
    Draft4Validator(strict(about["schema"])).validate(response.json())
    described = set(about.get("headers", {})) - ({"ETag"} if operation.method == "patch" else set())  # with If-Match
    for header in ("Link", "Location", "ETag"):
        assert (header in response) == (header in described), header


def assert_codes_agree(operation: Operation, response: Any) -> None:
    """A message that is in the example as well has the code that it has there."""
    example = operation.responses[400]["schema"]["example"]
    codes = {error["detail"]: error["code"] for error in example.get("errors", [])}
    for error in response.json().get("errors", []):
        assert codes.get(error["detail"], error["code"]) == error["code"]


# --- Successes ---


@each_operation
def test_the_example_of_each_operation_is_answered_as_described(operation: Operation, world: World):
    world.make_items()
    body = world.body(operation)
    for code in operation.successes:
        response = world.send(operation, world.caller(operation), body=body)
        assert response.status_code == code, response.content
        assert_as_described(operation, response)


@each_operation
def test_each_example_has_the_shape_that_is_described(operation: Operation):
    for code, response in operation.responses.items():
        for example in response.get("examples", {}).values():
            wrong = [error.message for error in Draft4Validator(strict(response["schema"])).iter_errors(example)]
            assert not wrong, (
                f"{operation}, {code}: its viewset's `operations` need an example in its own shape: {wrong}"
            )


@each_operation
def test_each_example_of_a_body_has_only_fields_that_are_described(operation: Operation):
    if operation.body:
        ignored = {"user_id"} if operation.dialect == "collector" else set()
        renew = f"{operation}: its viewset's `operations` need a Body with an example in its own shape."
        assert set(operation.body["example"]) - ignored <= set(operation.body["properties"]), renew
        assert set(operation.body.get("required", [])) <= set(operation.body["example"]), renew


READING = [one for one in OPERATIONS if one.method == "get" and 304 in one.responses]


@pytest.mark.parametrize("operation", READING, ids=str)
def test_asking_again_with_the_tag_is_answered_as_described(operation: Operation, world: World):
    world.make_items()
    person, path = world.caller(operation), world.path(operation)
    query = required_query(operation)
    tag = person.get(path, query)["ETag"]
    again = person.get(path, query, headers={"If-None-Match": tag})
    if operation.name == "request_count_list":  # asking is what it counts
        assert again.status_code == 200
        return
    assert again.status_code == 304
    assert_as_described(operation, again)


# --- Credentials ---


@each_operation
def test_anonymous_callers_are_refused_where_a_credential_is_needed_and_only_there(operation: Operation, world: World):
    world.make_items()
    response = world.send(operation, Client(), body=world.body(operation))
    if operation.needs_credential:
        assert response.status_code == 401
        assert_as_described(operation, response)
    else:
        assert response.status_code in operation.successes


@each_operation
def test_a_dead_credential_is_refused_where_credentials_are_looked_at(operation: Operation, world: World):
    dead = Client(headers={"Authorization": "Token dead"})
    response = world.send(operation, dead, body=world.body(operation))
    assert (response.status_code == 401) == operation.takes_credential
    assert_as_described(operation, response)


# --- Errors ---

REQUIRING = [one for one in OPERATIONS if one.body and one.body.get("required")]
ASKING = [one for one in OPERATIONS if any(query.get("required") for query in one.parameters("query").values())]
KEYED = [one for one in OPERATIONS if one.parameters("path")]
CANONICAL_ONES = [one for one in OPERATIONS if one.dialect == CANONICAL]
CHANGING = [one for one in OPERATIONS if one.method in ("put", "patch", "delete")]
PAGED = [one for one in OPERATIONS if "page" in one.parameters("query")]
OUT_OF_REACH = re.compile("This token lacks the scope|No token may do this")  # config/tests/test_scopes.py has these
OWNED = [
    one
    for one in OPERATIONS
    if 403 in one.responses
    and not OUT_OF_REACH.match(one.responses[403]["schema"]["example"]["detail"])
    and one.name != "request_count_reset"
]
RESETS = [one for one in OPERATIONS if one.name == "request_count_reset"]


@pytest.mark.parametrize("operation", REQUIRING, ids=str)
def test_an_empty_body_is_answered_as_described(operation: Operation, world: World):
    response = world.send(operation, world.caller(operation), body={})
    assert response.status_code == 400
    assert_as_described(operation, response)
    assert_codes_agree(operation, response)


@pytest.mark.parametrize("operation", ASKING, ids=str)
def test_a_missing_query_parameter_is_answered_as_described(operation: Operation, world: World):
    response = Client().get(operation.path)
    assert response.status_code == 400
    assert_as_described(operation, response)
    assert_codes_agree(operation, response)


@pytest.mark.parametrize("operation", CANONICAL_ONES, ids=str)
def test_a_query_parameter_that_means_nothing_is_answered_as_described(operation: Operation, world: World):
    address = f"{world.path(operation)}?verbose=1"
    response = world.caller(operation).generic(operation.method.upper(), address)
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "unknown"
    assert_as_described(operation, response)
    assert_codes_agree(operation, response)


@pytest.mark.parametrize("operation", CHANGING, ids=str)
def test_a_change_of_what_has_changed_is_answered_as_described(operation: Operation, world: World):
    by = world.people["bob"] if operation.name == "movie_rate" else world.caller(operation)  # who has rated already
    response = by.generic(operation.method.upper(), world.path(operation), headers={"If-Match": '"another"'})
    assert response.status_code == 412
    Draft4Validator(strict(operation.responses[412]["schema"])).validate(response.json())
    assert response.json()["detail"] == operation.responses[412]["schema"]["example"]["detail"]


@pytest.mark.parametrize("operation", KEYED, ids=str)
def test_what_does_not_exist_is_answered_as_described(operation: Operation, world: World):
    path = operation.path
    for key, nothing in WITHOUT.items():
        path = path.replace(key, nothing)
    response = world.send(operation, world.caller(operation), path, world.body(operation))
    assert response.status_code == 404, f"{operation.path} without its object: answer 404, as get_object() does."
    assert_as_described(operation, response)


@pytest.mark.parametrize("operation", PAGED, ids=str)
def test_a_page_that_does_not_exist_is_answered_as_described(operation: Operation, world: World):
    query = {**required_query(operation), "page": 999}
    response = world.caller(operation).get(world.path(operation), query)
    assert response.status_code == 404
    assert_as_described(operation, response)


@pytest.mark.parametrize("operation", OWNED, ids=str)
def test_what_is_not_ones_own_is_answered_as_described(operation: Operation, world: World):
    is_rating = operation.name in ("movie_rate", "rating_create")  # of which one's own movie is the forbidden one
    intruder = world.people["alice" if is_rating else "charlie"]
    response = world.send(operation, intruder, body=world.body(operation))
    described = (
        "The view's permission looks at objects: ask it by get_object(), or set the action's permission_classes."
    )
    assert response.status_code == 403, described
    assert_as_described(operation, response)


@pytest.mark.parametrize("operation", RESETS, ids=str)
def test_a_reset_that_is_for_staff_is_answered_as_described(operation: Operation, world: World, settings: Any):
    settings.COUNTER_RESET_BY_STAFF_ONLY = True
    response = world.send(operation, world.people["charlie"])
    assert response.status_code == 403
    assert_as_described(operation, response)


@pytest.fixture
def closed_gate(monkeypatch: pytest.MonkeyPatch, settings: Any, world: World) -> None:
    """Every limit is nought."""
    settings.THROTTLING = True
    monkeypatch.setattr("metrics.throttling.rate_of", lambda scope: (0, 42))


@each_operation
def test_too_many_requests_are_refused_where_that_is_described_and_only_there(
    operation: Operation, world: World, closed_gate: None
):
    response = world.send(operation, world.caller(operation), body=world.body(operation))
    if operation.method != "get":  # of lists those are limited that take long
        assert (response.status_code == 429) == (429 in operation.responses)
    if response.status_code == 429:
        assert_as_described(operation, response)
        headers = operation.responses[429]["headers"]
        assert set(headers) == {"Retry-After", "RateLimit", "RateLimit-Policy"}
        assert set(headers) <= set(response.headers)


@each_operation
def test_a_password_that_cannot_be_hashed_now_is_answered_as_described(
    operation: Operation, world: World, monkeypatch: pytest.MonkeyPatch
):
    def encode(*about: Any) -> str:
        raise Busy

    body = world.body(operation)
    monkeypatch.setattr(MD5PasswordHasher, "encode", encode)
    response = world.send(operation, world.caller(operation), body=body)
    assert response.status_code == 503 or operation.name not in ("auth_login", "auth_register", "user_password")
    if response.status_code == 503:
        assert_as_described(operation, response)
        assert set(operation.responses[503]["headers"]) == {"Retry-After"} <= set(response.headers)
