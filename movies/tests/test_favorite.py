"""POST, PUT and DELETE /api/v1/movies/{id}/favorite/, /api/movies/{id}/favorite/ and /movies/{id}/favorite/"""

import pytest

from movies.models import Favorite
from movies.tests.contract import UNKNOWN_ID


@pytest.fixture
def url(rankings_url, movie):
    return f"{rankings_url}{movie.pk}/favorite/"


ADDED, REMOVED = "Movie added to favorites.", "Movie removed from favorites."


def test_it_toggles(bob, url, scheme):
    bob.use(scheme)
    for is_favorite, message in ((True, ADDED), (False, REMOVED), (True, ADDED)):
        response = bob.post(url)
        assert response.status_code == 200
        assert response.json() == {"message": message, "favorite": is_favorite, "favorites_count": int(is_favorite)}
        assert Favorite.objects.filter(user=bob.user).count() == int(is_favorite)


def test_put_sets_and_delete_clears_however_often(bob, url):
    for method, is_favorite, message in (("put", True, ADDED), ("delete", False, REMOVED)):
        for _ in range(2):
            response = getattr(bob, method)(url)
            assert response.status_code == 200
            assert response.json() == {"message": message, "favorite": is_favorite, "favorites_count": int(is_favorite)}


def test_everybody_has_their_own(alice, bob, charlie, url, movie, rankings_url):
    alice.put(url)
    bob.put(url)
    assert charlie.delete(url).json()["favorites_count"] == 2
    assert alice.delete(url).json()["favorites_count"] == 1
    assert bob.get(f"{rankings_url}{movie.pk}/").json()["favorite"] is True
    assert alice.get(f"{rankings_url}{movie.pk}/").json()["favorite"] is False


def test_it_is_the_same_favourite_at_every_mount(bob, movie):
    assert bob.post(f"/api/v1/movies/{movie.pk}/favorite/").json()["favorite"] is True
    assert bob.post(f"/movies/{movie.pk}/favorite/").json()["favorite"] is False


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_anonymous_gets_401_and_an_unknown_movie_404(anonymous, bob, url, rankings_url, method):
    assert getattr(anonymous, method)(url).status_code == 401
    assert getattr(anonymous, method)(f"{rankings_url}{UNKNOWN_ID}/favorite/").status_code == 401
    assert getattr(bob, method)(f"{rankings_url}{UNKNOWN_ID}/favorite/").status_code == 404
    assert not Favorite.objects.exists()


def test_it_cannot_be_read_here(bob, url):
    assert bob.get(url).status_code == 405


def test_it_does_not_count_as_a_change_of_the_movie(bob, url, movie):
    before = movie.updated_at
    bob.post(url)
    movie.refresh_from_db()
    assert movie.updated_at == before
