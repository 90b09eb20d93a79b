"""Every method that writes movies, feedback or collections is limited, in every dialect."""

import pytest
from django.urls import get_resolver
from rest_framework.settings import api_settings

from movies.tests.pictures import upload
from rest.fast_path.routes import patterns

WRITING = {"post", "put", "patch", "delete"}
APPS = ("movies", "collections_app")


def writing_actions():
    """(viewset, action) of every method that writes and is answered by the full stack."""
    for _, pattern, _ in patterns(get_resolver()):
        viewset = pattern.callback.cls
        for method in WRITING & set(pattern.callback.actions) & set(viewset.http_method_names):
            action = pattern.callback.actions[method]
            if viewset.__module__.startswith(APPS) and not hasattr(getattr(viewset, action), "fast_method"):
                yield viewset, action


def test_every_writing_method_has_a_scope():
    found = set(writing_actions())
    assert len(found) > 20
    without = [f"{viewset.__qualname__}.{action}" for viewset, action in found if action not in viewset.throttle_scopes]
    assert without == []


@pytest.fixture
def two_writes(settings, monkeypatch):
    settings.THROTTLING = True
    rates = {**api_settings.DEFAULT_THROTTLE_RATES, "write": "2/min"}
    monkeypatch.setattr(api_settings, "DEFAULT_THROTTLE_RATES", rates, raising=False)


@pytest.mark.parametrize("mount", ["/api/v1/movies/", "/movies/", "/api/movies/", "/"])
def test_more_changes_than_the_rate_are_429_and_change_nothing(mount, alice, movie, two_writes):
    sent = [alice.patch(f"{mount}{movie.pk}/", {"title": title}).status_code for title in ("One", "Two", "Three")]
    assert sent == [200, 200, 429]
    movie.refresh_from_db()
    assert movie.title == "Two"


def test_what_is_over_the_limit_is_not_decoded(alice, movie, two_writes, settings, tmp_path):
    settings.MEDIA_ROOT = media = tmp_path / "media"
    send = {"data": {"title": "Alien"}, "format": "multipart"}
    for _ in range(2):
        alice.patch(f"/movies/{movie.pk}/", **send)
    refused = alice.patch(f"/movies/{movie.pk}/", {"cover_image": upload()}, format="multipart")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert not media.exists()


@pytest.mark.parametrize("mount", ["/api/v1/collections/", "/collection/"])
def test_collections_are_limited_by_the_same_rate(mount, alice, bob, two_writes):
    made = [alice.post(mount, {"title": "Mine", "description": "d"}).status_code for _ in range(3)]
    assert made == [201, 201, 429]
    assert bob.post(mount, {"title": "Mine", "description": "d"}).status_code == 201


def test_likes_and_ratings_go_on(alice, bob, movie, two_writes):
    for _ in range(3):
        assert bob.post(f"/api/v1/movies/{movie.pk}/like/").status_code in (200, 201)
        assert bob.put(f"/api/v1/movies/{movie.pk}/rating/", {"rating": 4}).status_code in (200, 201)
