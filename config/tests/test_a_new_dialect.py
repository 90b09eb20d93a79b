"""A dialect may find movies by another field, be read-only, and say errors in its own words: nothing else changes."""

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.test import override_settings
from rest_framework.routers import SimpleRouter
from rest_framework.versioning import BaseVersioning

from config.tests.openapi import OPERATIONS
from config.tests.scratch_dialect import QUIET, SPOKEN
from movies import services
from movies.models import Like, Movie
from movies.views import MovieViewSet
from rest import fast_path
from rest.dialects import Dialect
from rest.tests.helpers import whole_database
from rest.tests.requests import asked, the_full_stack

DIALECTS = {**settings.DIALECTS, SPOKEN.name: SPOKEN, QUIET.name: QUIET}
BODY = {
    "title": "Brazil",
    "description": "Ducts.",
    "release_date": "1985-02-20",
    "director": "Terry Gilliam",
    "genre": ["Satire"],
    "rating": 4,
    "text": "Hm.",
}


@pytest.fixture(autouse=True)
def _scratch_dialects(monkeypatch):
    monkeypatch.setattr(BaseVersioning, "allowed_versions", list(DIALECTS))
    with override_settings(DIALECTS=DIALECTS, ROOT_URLCONF="config.tests.scratch_urls"):
        yield


def actions_of_a_movie():
    """(HTTP method, what follows the movie in the address) of everything that can be done with one movie."""
    routes = SimpleRouter(use_regex_path=False).get_routes(MovieViewSet)
    return sorted(
        (method, route.url.partition("{lookup}")[2].replace("{trailing_slash}", "/"))
        for route in routes
        if route.detail
        for method in route.mapping
    )


ACTIONS = actions_of_a_movie()


def body_of(method, suffix):
    """The fields that have to be known here, among those that the document gives as the example of the action's body."""
    [operation] = [one for one in OPERATIONS if (one.method, one.path) == (method, f"/api/v1/movies/{{id}}{suffix}")]
    return {**(operation.body or {}).get("example", {}), **BODY}


def keys_of(data):
    """The names at the top of an answer; of an array, those of each item."""
    return [item.keys() for item in data] if isinstance(data, list) else data.keys()


def send(client, method, address, suffix):
    return getattr(client, method)(address, *([] if method == "get" else [body_of(method, suffix)]))


def state(movie):
    """What a request may change about a movie, its id and UUID aside."""
    found = Movie.objects.filter(pk=movie.pk).values(
        "title", "director__name", "stats__likes_count", "stats__favorites_count", "stats__ratings_count",
        "stats__ratings_sum", "stats__comments_count",
    )  # fmt: skip
    return list(found)


def test_there_is_much_that_can_be_done_with_a_movie():
    assert len(ACTIONS) >= 15
    assert {("get", "/"), ("put", "/"), ("post", "/like/"), ("put", "/rating/"), ("get", "/ratings/")} <= set(ACTIONS)


@pytest.mark.parametrize(("method", "suffix"), ACTIONS)
def test_every_action_works_by_whatever_field_finds_the_movie(make_movie, alice, sam, method, suffix):
    one, other = (make_movie("Alien", by=alice, director="Ridley Scott") for _ in range(2))
    for movie in (one, other):
        services.rate(movie_id=movie.pk, user=sam.user, half_stars=3)
    addresses = f"/spoken/films/{one.uuid}{suffix}", f"/api/v1/movies/{other.pk}{suffix}"
    by_uuid, canonical = (send(sam, method, address, suffix) for address in addresses)
    assert (by_uuid.status_code, by_uuid.content[:2]) == (canonical.status_code, canonical.content[:2])
    assert canonical.status_code < 300, canonical.content
    assert state(one) == state(other)
    if by_uuid.content:
        assert keys_of(by_uuid.json()) == keys_of(canonical.json())


@pytest.mark.parametrize(("method", "suffix"), ACTIONS)
def test_a_movie_that_there_is_not_is_404_in_the_dialects_own_words(movie, sam, method, suffix):
    before = whole_database()
    address = f"/spoken/films/00000000-0000-4000-8000-000000000000{suffix}"
    response = send(sam, method, address, suffix)
    assert response.status_code == 404
    assert response["Content-Type"] == "application/vnd.spoken+json"
    assert response.json() == {"error": {"code": 404, "said": "No Movie matches the given query."}}
    assert whole_database() == before


def test_what_was_added_is_found_at_the_address_that_the_reply_gives(alice):
    added = alice.post("/spoken/films/", BODY)
    assert added["Location"] == f"http://testserver/spoken/films/{added.json()['uuid']}/"
    assert alice.get(added["Location"]).json() == added.json()
    assert alice.get(f"/spoken/films/{added.json()['id']}/").status_code == 404


@pytest.mark.parametrize(("method", "suffix"), [("GET", ""), ("POST", "like/")])
def test_the_fast_path_answers_by_whatever_field_finds_the_movie(movie, bob, method, suffix):
    services.set_mark(Like, movie_id=movie.pk, user=bob.user, wanted=True)
    address = f"/spoken/films/{movie.uuid}/{suffix}"
    status, _, content = fast_path.try_fast(asked(method, address, token=bob.credentials.token))
    whole_status, _, whole_content = the_full_stack(asked(method, address, token=bob.credentials.token))
    assert (status, content) == (whole_status, whole_content)
    assert fast_path.try_fast(asked("GET", f"/spoken/films/{movie.pk}/")) is None


def test_every_error_has_the_dialects_own_body(anonymous, alice):
    errors = {
        400: alice.post("/spoken/films/", {}),
        401: anonymous.post("/spoken/films/", BODY),
        404: alice.get("/spoken/nowhere/"),
        405: alice.delete("/spoken/films/"),
        415: alice.post("/spoken/films/", b"x", content_type="text/plain"),
    }
    for code, response in errors.items():
        assert response.status_code == code
        assert response["Content-Type"] == "application/vnd.spoken+json"
        assert response.json()["error"]["code"] == code
    assert errors[400].json()["error"]["said"]["title"] == ["This field is required."]
    assert errors[404].json()["error"]["said"] == "Not found."


@pytest.mark.parametrize(("method", "suffix"), ACTIONS)
def test_a_read_only_dialect_answers_reads_and_refuses_everything_else(movie, bob, method, suffix):
    services.rate(movie_id=movie.pk, user=bob.user, half_stars=3)
    before = whole_database()
    address = f"/quiet/films/{movie.pk}{suffix}"
    if method == "get":
        canonical = bob.get(f"/api/v1/movies/{movie.pk}{suffix}")
        assert (canonical.status_code, bob.get(address).json()) == (200, canonical.json())
        return
    response = send(bob, method, address, suffix)
    assert response.status_code == 405
    assert set(response["Allow"].split(", ")) <= {"GET", "HEAD", "OPTIONS"}
    assert whole_database() == before


def test_nothing_is_added_through_a_read_only_dialect(alice):
    assert alice.post("/quiet/films/", BODY).status_code == 405
    assert not Movie.objects.exists()


@pytest.mark.parametrize(
    ("path", "said"),
    [("rest.errors.Nothing", "cannot be imported"), ("rest.errors.plain_error", "is no rest.errors.ErrorShape")],
)
def test_a_dialect_whose_error_shape_is_none_fails_the_check(path, said):
    with override_settings(DIALECTS={**DIALECTS, "wrong": Dialect("wrong", errors=path)}):
        [error] = [found for found in run_checks() if found.id == "rest.E003"]
    assert path in error.msg
    assert said in error.msg
