"""Whatever is sent: a 4xx that says what is wrong, never a 500, and nothing changes."""

import json
import re
from functools import cached_property
from itertools import product

import pytest
from django.http import HttpRequest

from accounts.services import make_token, open_session
from accounts.tests.apps import App
from collections_app.services import create_collection
from config.dialects import CANONICAL
from config.tests.hostile import (
    ENDPOINTS,
    IN_PATHS,
    IN_QUERIES,
    MISSING,
    PLACES,
    READING,
    SOMEBODYS,
    STAFFS,
    SURROGATE,
    WITHOUT_BODY,
    endpoints,
    impossible_in_query,
    required_query,
)
from config.tests.openapi import OPERATIONS, Operation
from conftest import ALIEN, Person
from movies import services
from movies.models import Movie
from rest.tests.helpers import fields_named, is_problem, whole_database

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
IN_ERRORS = {"application/json", "application/problem+json"}
# What an operation with a key is sent to, if it is not what its name begins with.
TARGETS = {"movie_rate": "other", "movie_rating": "rated", "movie_unrate": "rated"}
MOVIES = {"movie", "other", "rated"}
EVERY_FIELD = [(endpoint, name) for endpoint in ENDPOINTS for name in endpoint.bad]


class World:
    """Alice's movie, which she may change, and what else operations are about, made when first asked for."""

    def __init__(self, alice, person, movie, make_movie):
        self.alice, self.person, self.its_movie, self.make_movie = alice, person, movie, make_movie
        self.movie, self.director, self.genre = movie.pk, movie.director_id, movie.genres.first().pk

    def __getattr__(self, name):
        raise AttributeError(f"There is no {name}: add one to World in config/tests/test_hostile_input.py.")

    @cached_property
    def sam(self):
        return self.person("sam", is_staff=True)

    @cached_property
    def other(self):
        """A movie that is not alice's to change, but hers to rate."""
        return self.make_movie("Brazil", by=self.person("bob")).pk

    @cached_property
    def rated(self):
        services.rate(movie_id=self.other, user=self.alice.user, half_stars=9)
        return self.other

    @cached_property
    def comment(self):
        return services.comment(movie=self.its_movie, user=self.alice.user, text="a").pk

    @cached_property
    def collection(self):
        return create_collection(user=self.alice.user, title="t", description="d", movies=[]).uuid

    @cached_property
    def session(self):
        open_session(user=self.alice.user)
        return self.alice.user.sessions.latest("id").pk

    @cached_property
    def token(self):
        user = self.alice.user
        about = {"name": "a", "scopes": ["read"], "expires_in_days": 1}
        return make_token(request=HttpRequest(), user=user, login=user.sessions.get(), **about).row.pk

    @cached_property
    def app(self):
        return App(self.alice)

    def code(self, operation):
        """A code of alice's app, which she has yet to confirm where that is what the operation does."""
        app = App(self.alice, is_on=False) if operation.name == "second_factor_confirm" else self.app
        return app.next_code()

    def path(self, operation, key=None):
        """The operation's address, of what alice may use it on unless another key is given."""
        target = TARGETS.get(operation.name, operation.name.partition("_")[0])
        return re.sub(
            r"\{(\w+)\}", lambda field: str(self.key(target, field[1]) if key is None else key), operation.path
        )

    def key(self, target, field):
        """What stands for the target in an address that finds it by that field."""
        key = getattr(self, target)
        return Movie.objects.get(pk=key).uuid if field == "uuid" and target in MOVIES else key

    def body(self, endpoint, **changed):
        body = {**endpoint.valid, **changed}
        if body.get("code") == "{code}":
            body["code"] = self.code(endpoint.operation)
        return json.dumps({**body, "movie": self.other} if body.get("movie") == "{other}" else body)


def send(sender, operation, path, body=None, content_type=JSON):
    return getattr(sender, operation.method)(path, body, content_type=content_type)


# Some 1,300 tests begin with them, and each undoes what it has changed.
@pytest.fixture(scope="module")
def alice(made_once):
    return Person("alice")


@pytest.fixture(scope="module")
def movie(alice):
    return services.add_movie(by=alice.user, **ALIEN)


@pytest.fixture
def world(alice, person, movie, make_movie):
    return World(alice, person, movie, make_movie)


@pytest.fixture
def post(world, endpoint):
    """Sends a body to the endpoint, as alice."""
    path = world.path(endpoint.operation)
    return lambda body, content_type=JSON: send(world.alice, endpoint.operation, path, body, content_type)


@pytest.fixture(params=ENDPOINTS, ids=str)
def endpoint(request):
    return request.param


def assert_refused(response, *statuses):
    assert response.status_code in (statuses or (400,)), response.content[:500]
    assert response["Content-Type"] in IN_ERRORS
    is_problem(response)
    assert response.json()


# --- Every operation is attacked ---


def test_every_operation_and_every_field_has_its_hostile_values():
    assert not MISSING, "\n".join(MISSING)
    assert len(ENDPOINTS) + len(WITHOUT_BODY) + len(READING) == len(OPERATIONS)


def described(name, schema, required=()):
    body = {"in": "body", "name": "body", "schema": {"properties": {name: schema}, "required": required}}
    return Operation("post", "/planets/", {"operationId": "api_planet_create", "parameters": [body]})


def test_a_field_that_nobody_has_hostile_values_for_is_reported_with_what_to_add_and_where():
    known, missing = endpoints([described("radius", {"type": "object"})])
    assert known == []
    assert missing == [
        "api_planet_create: the field 'radius' of type ('object', None): what may it not be? "
        "Add it to BY_NAME or BY_TYPE in config/tests/hostile.py."
    ]


def test_the_valid_value_of_a_required_field_may_be_that_of_the_example():
    operation = described("radius", {"type": "integer"}, required=["radius"])
    operation.body["example"] = {"radius": 6378}
    [endpoint], missing = endpoints([operation])
    assert (endpoint.valid, missing) == ({"radius": 6378}, [])


def test_a_required_field_that_nobody_has_a_valid_value_for_is_reported_with_what_to_add_and_where():
    known, missing = endpoints([described("radius", {"type": "integer"}, required=["radius"])])
    assert known == []
    assert missing == [
        "api_planet_create: the required fields ['radius']: what may they be? Add them to VALID in config/tests/hostile.py."
    ]


def test_a_query_parameter_that_nobody_has_impossible_values_for_is_reported_with_what_to_add_and_where():
    operation = Operation("get", "/planets/", {"parameters": [{"in": "query", "name": "near", "type": "file"}]})
    with pytest.raises(
        LookupError, match=r"'near' of type .* Add it to IMPOSSIBLE_BY_NAME or .* in config/tests/hostile"
    ):
        impossible_in_query(operation, "near")


def test_a_resource_that_the_world_lacks_is_reported_with_what_to_add_and_where(world):
    key = {"in": "path", "name": "id", "type": "integer"}
    operation = Operation("get", "/planets/{id}/", {"operationId": "api_planet_retrieve", "parameters": [key]})
    with pytest.raises(AttributeError, match=r"no planet: add one to World in config/tests/test_hostile_input"):
        world.path(operation)


# --- Bodies ---


@pytest.mark.parametrize(("endpoint", "name"), EVERY_FIELD, ids=str)
def test_an_impossible_value_is_400_and_names_its_field(world, endpoint, name):
    sender, path = world.sam if name in STAFFS else world.alice, world.path(endpoint.operation)
    bodies = [(value, world.body(endpoint, **{name: value})) for value in endpoint.bad[name]]
    before = whole_database()
    for value, body in bodies:
        response = send(sender, endpoint.operation, path, body)
        shown = repr(value)[:80]
        assert response.status_code == 400, (shown, response.content[:300])
        named = {field.split(".")[0] for field in fields_named(response)}
        assert name in named, (shown, response.content[:300])
    assert whole_database() == before


@pytest.mark.parametrize(("endpoint", "name"), [case for case in EVERY_FIELD if case[1] in STAFFS], ids=str)
def test_what_only_staff_may_set_is_ignored_from_others_whatever_it_is(world, endpoint, name):
    path = world.path(endpoint.operation)
    for value in endpoint.bad[name]:
        response = send(world.alice, endpoint.operation, path, world.body(endpoint, **{name: value}))
        assert response.status_code in endpoint.operation.successes, (repr(value)[:80], response.content[:300])
        shown = response.json()[name]
        assert (shown["username"] if isinstance(shown, dict) else shown) in ("alice", world.alice.user.pk)


def test_what_is_valid_is_accepted_so_that_the_refusals_mean_something(world, post, endpoint):
    response = post(world.body(endpoint))
    without_a_key = {"auth_refresh": [401], "recovery_confirm": [400], "recovery_reset": [400]}
    expected = without_a_key.get(endpoint.operation.name, endpoint.operation.successes)
    assert response.status_code in expected, response.content


NO_OBJECT = ["[]", '[{"title": "x"}]', "5", '"text"', "true", "null", "[[]]", "1.5", "[null]", '["title"]']


def test_anything_but_an_object_is_400(post, endpoint):
    before = whole_database()
    for body in NO_OBJECT:
        assert_refused(post(body))
    assert whole_database() == before


DEEP = 5000


def not_json(name):
    return [
        b"{",
        b"}",
        b'{"%s": ' % name,
        b'{"%s": "x",}' % name,
        b"title=x",
        b"\x00",
        b'{"%s": "\xff"}' % name,
        b'{"%s": "\xed\xa0\x80"}' % name,
        b"\xff\xfe",
        '{"a": 1}'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b'{"%s": NaN}' % name,
        b'{"%s": Infinity}' % name,
        b'{"%s": -Infinity}' % name,
        b'{"%s": 1e400}' % name,
        b'{"unknown": -1e400}',
        b'{"%s": %s}' % (name, b"9" * 5000),
        b"[" * DEEP,
        b"[" * DEEP + b"]" * DEEP,
        b'{"a":' * DEEP + b"1" + b"}" * DEEP,
        b'{"%s": ' % name + b"[" * DEEP + b"]" * DEEP + b"}",
        b'{"%s": ' % name + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}",
    ]


def test_what_is_no_json_is_400(post, endpoint):
    before = whole_database()
    for body in not_json(next(iter(endpoint.bad)).encode()):
        assert_refused(post(body))
    assert whole_database() == before


def test_a_form_that_is_broken_is_400(post, endpoint):
    before, name = whole_database(), next(iter(endpoint.bad)).encode()
    bodies = [
        name + b"=\xff",
        name + b"=%ff",
        name + b"=%ED%A0%80",
        b"%ff=1&" + name + b"=x",
        b"&".join(b"field%d=x" % number for number in range(1500)),
        name + b"[" + b"9" * 5000 + b"]=x",
        name + b"[" + b"9" * 5000 + b"]title=x",
    ]
    for body in bodies:
        assert_refused(post(body, FORM))
    assert whole_database() == before


def part(name, value, boundary=b"b"):
    return b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (boundary, name, value)


def multipart(endpoint):
    """A complete and valid body, as far as a form can say it."""
    simple = {name: value for name, value in endpoint.valid.items() if isinstance(value, (str, int))}
    return b"".join(part(name.encode(), str(value).encode()) for name, value in simple.items())


def test_half_a_multipart_body_is_400(post, endpoint):
    before = whole_database()
    whole = multipart(endpoint) + b"--b--\r\n"
    halves = [whole[:length] for length in (1, 5, 20, len(whole) // 2, len(whole) - 9, len(whole) - 7, len(whole) - 4)]
    for half in halves:
        assert_refused(post(half, MULTIPART))
    assert whole_database() == before


def test_a_multipart_body_that_is_broken_is_refused(post, endpoint):
    before, name = whole_database(), next(iter(endpoint.bad)).encode()
    bodies = [
        part(name, b"\xff") + b"--b--\r\n",
        part(name, b"\xed\xa0\x80") + b"--b--\r\n",
        part(name + b"\xff", b"x") + part(name, b"\xff") + b"--b--\r\n",
        part(name, b"x", boundary=b"other") + b"--other--\r\n",
        b"garbage",
        b"\x00" * 100,
        b"--b--\r\n" * 3 if not endpoint.optional else b"--b\r\n",
        b"".join(part(b"field%d" % number, b"x") for number in range(1500)) + b"--b--\r\n",
        part(name + b"[" + b"9" * 5000 + b"]title", b"x") + b"--b--\r\n",
    ]
    for body in bodies:
        assert_refused(post(body, MULTIPART), 400, 413)
    for content_type in ("multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\x00"):
        assert_refused(post(multipart(endpoint) + b"--b--\r\n", content_type))
    assert whole_database() == before


def test_a_file_where_text_is_expected_is_400(post, endpoint):
    before, name = whole_database(), next(iter(endpoint.bad)).encode()
    file = b'--b\r\nContent-Disposition: form-data; name="%s"; filename="x.php.png"\r\n\r\n<?php\r\n--b--\r\n' % name
    assert_refused(post(file, MULTIPART))
    assert whole_database() == before


def test_an_unknown_content_type_is_415(post, endpoint):
    before = whole_database()
    for content_type in ("text/plain", "application/xml", "image/png", "text/json", "x"):
        assert_refused(post(json.dumps(endpoint.valid), content_type), 415)
    assert whole_database() == before


def test_a_body_beyond_the_limit_is_413(post, endpoint, settings):
    settings.MAX_BODY_BYTES, settings.MAX_COVER_BYTES = 2000, 1000
    before, name = whole_database(), next(iter(endpoint.bad))
    bodies = {
        JSON: json.dumps({**endpoint.valid, name: "x" * 3000}),
        FORM: f"{name}={'x' * 3000}",
        MULTIPART: part(name.encode(), b"x" * 3000) + b"--b--\r\n",
    }
    for content_type, body in bodies.items():
        assert_refused(post(body, content_type), 413)
    assert whole_database() == before


def test_an_empty_body_is_400_or_a_wish_to_change_nothing(post, endpoint):
    before = whole_database()
    for content_type in (JSON, FORM, MULTIPART):
        response = post(b"", content_type)
        if endpoint.operation.name == "user_delete_me":
            assert response.status_code in (204, 401)  # which says that the first has done it
        elif endpoint.optional:
            assert response.status_code == 200
        else:
            assert_refused(response)
            assert fields_named(response)
            assert set(fields_named(response)) <= set(endpoint.bad)
    assert endpoint.optional or whole_database() == before


# --- Bodies that nobody asked for ---


@pytest.mark.parametrize("operation", WITHOUT_BODY, ids=str)
def test_a_body_that_an_operation_does_not_read_gives_no_500(world, operation):
    path = world.path(operation)
    bodies = [(body, JSON) for body in not_json(b"id")] + [(body, FORM) for body in (b"\xff", b"%ff=1&id=x")]
    bodies += [(body, MULTIPART) for body in (b"", b"garbage", b"--b\r\n", part(b"id", b"\xff") + b"--b--\r\n")]
    bodies += [(b"x", content_type) for content_type in ("text/plain", "multipart/form-data", "x")]
    for body, content_type in bodies:
        response = send(world.alice, operation, path, body, content_type)
        assert response.status_code in {*operation.successes, 400, 401, 404, 415}, (body[:80], response.content[:300])
        assert response.status_code < 400 or response["Content-Type"] in IN_ERRORS


# --- Addresses ---


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.parameters("path")], ids=str)
def test_a_key_in_the_address_that_is_nobodys_is_404(world, operation):
    body = next((world.body(endpoint) for endpoint in ENDPOINTS if endpoint.operation is operation), None)
    before = whole_database()
    for key in IN_PATHS:
        response = send(world.alice, operation, world.path(operation, key), body)
        assert response.status_code == 404, (key, response.content[:300])
        assert response["Content-Type"] in IN_ERRORS
    assert whole_database() == before


# --- Queries ---


each_reading = pytest.mark.parametrize("operation", READING, ids=str)


@each_reading
def test_no_query_parameter_gives_a_500(world, operation):
    path = world.path(operation)
    for name, value in product(operation.parameters("query"), IN_QUERIES):
        query = f"{required_query(operation, but=name)}{name}={value.replace('{}', name)}"
        response = send(world.alice, operation, f"{path}?{query}")
        assert response.status_code in {200, 400, 404}, (query, response.content[:300])
        assert response["Content-Type"] in IN_ERRORS
        if response.status_code == 400:
            assert name in fields_named(response), (query, response.content[:300])


@each_reading
def test_every_text_of_a_query_has_a_maximum(operation):
    texts = {name: about.get("items", about) for name, about in operation.parameters("query").items()}
    without = [
        name
        for name, about in texts.items()
        if about["type"] == "string" and not about.keys() & {"maxLength", "enum", "format"}
    ]
    assert set(without) <= PLACES


@each_reading
def test_an_impossible_query_parameter_is_refused_and_named(world, operation):
    for name in operation.parameters("query"):
        path = f"{world.path(operation)}?{required_query(operation, but=name)}"
        for value in impossible_in_query(operation, name):
            response = send(world.alice, operation, f"{path}{name}={value.replace('{}', name)}")
            assert response.status_code == (404 if name in PLACES else 400), (name, value, response.content[:300])
            assert name in PLACES or name in fields_named(response), (value, response.content[:300])


@each_reading
def test_a_query_parameter_that_only_others_know_gives_no_500(world, operation):
    path = f"{world.path(operation)}?{required_query(operation)}"
    others = [name for name in SOMEBODYS if name not in operation.parameters("query")]
    for value in IN_QUERIES:
        query = "&".join(f"{name}={value.replace('{}', name)}" for name in others)
        response = send(world.alice, operation, path + query)
        if operation.dialect == CANONICAL:
            assert response.status_code == 400
            assert set(fields_named(response)) <= set(others)
        else:
            assert response.status_code in {200, 400, 404, 414}, (value, response.content[:300])
            assert response.status_code != 400 or set(fields_named(response)) & set(others)


@each_reading
def test_a_format_that_does_not_exist_is_404(world, operation):
    path = f"{world.path(operation)}?{required_query(operation)}format="
    for value in IN_QUERIES:
        response = send(world.alice, operation, path + value.replace("{}", "format"))
        refused = 400 if "&" in value and operation.dialect == CANONICAL else 404
        assert response.status_code == (200 if value == "" else refused), (value, response.content[:300])
        assert response["Content-Type"] in IN_ERRORS or (response.status_code, operation.name) == (200, "user_export")


# --- Whatever else ---


@pytest.mark.parametrize("text", ["\ufffd", "â€¦", "🎬", "e\u0301", "\u00ff", "a\r\nb"])
def test_whatever_is_valid_text_comes_back_from_a_multipart_body(alice, movie, text):
    body = part(b"text", text.encode()) + b"--b--\r\n"
    response = alice.post(f"/movies/{movie.pk}/comments/", body, content_type=MULTIPART)
    assert response.status_code == 201
    assert response.json()["text"] == text


@pytest.mark.parametrize("after", [b"--b--", b"--b--\r\n", b"--b--\r\n" + b"epilogue"])
def test_a_multipart_body_is_complete_with_its_closing_boundary(alice, movie, after):
    response = alice.post(f"/movies/{movie.pk}/comments/", part(b"text", b"a\r\n--") + after, content_type=MULTIPART)
    assert response.status_code == 201
    assert response.json()["text"] == "a\r\n--"


@pytest.mark.parametrize("size", [65_520, 65_530, 65_536, 65_540, 131_072])
def test_a_closing_boundary_on_the_seam_of_two_reads_is_seen(alice, movie, size):
    body = part(b"unknown", b"x" * size) + part(b"text", b"hi") + b"--b--\r\n"
    response = alice.post(f"/movies/{movie.pk}/comments/", body, content_type=MULTIPART)
    assert response.status_code == 201


@pytest.mark.parametrize("path", ["/movies/", "/api/v1/movies/", "/", "/collection/", "/register/"])
def test_a_name_of_a_field_may_be_anything(alice, path):
    names = [
        "",
        "\0",
        SURROGATE,
        "__class__",
        "_state",
        "pk",
        "id",
        "constructor",
        "x" * 10_000,
        "title__icontains",
        "user.id",
    ]
    response = alice.post(path, json.dumps(dict.fromkeys(names, "x")), content_type=JSON)
    assert_refused(response)


def test_nothing_but_the_sent_movies_is_added_by_valid_input_full_of_surprises(alice):
    body = {
        "title": "<script>alert(1)</script>",
        "description": "' OR 1=1 --",
        "director": "{{7*7}}",
        "genre": ["%s", "../.."],
    }
    before = set(services.Movie.objects.values_list("pk", flat=True))
    response = alice.post("/movies/", body)
    assert response.status_code == 201
    shown = response.json()
    assert (shown["title"], shown["description"]) == (body["title"], body["description"])
    assert [genre["name"] for genre in shown["genre"]] == body["genre"]
    assert set(services.Movie.objects.values_list("pk", flat=True)) == before | {shown["id"]}
