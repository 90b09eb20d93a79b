"""GET, POST and DELETE /api/v1/movies/{id}/like/ and /movies/{id}/like/"""

import pytest

from movies.models import Like
from movies.tests.contract import UNKNOWN_ID, number_of_queries


@pytest.fixture
def url(movies_url, movie):
    return f"{movies_url}{movie.pk}/like/"


def test_it_is_201_the_first_time_and_200_after_that(bob, url, scheme):
    bob.use(scheme)
    first, second = bob.post(url), bob.post(url)
    assert (first.status_code, first.json()) == (201, {"message": "Movie liked.", "likes_count": 1})
    assert (second.status_code, second.json()) == (200, {"message": "You already like this movie.", "likes_count": 1})
    assert Like.objects.count() == 1


def test_it_can_be_taken_back(bob, charlie, url):
    bob.post(url)
    charlie.post(url)
    for message in ("Like removed.", "You did not like this movie."):
        response = bob.delete(url)
        assert (response.status_code, response.json()) == (200, {"message": message, "likes_count": 1})
    assert bob.post(url).status_code == 201


def test_everybody_reads_who_likes_it_the_latest_first(anonymous, bob, charlie, url):
    bob.post(url)
    charlie.post(url)
    response = anonymous.get(url)
    assert response.status_code == 200
    assert response.json() == {
        "movie": "Alien",
        "likes_count": 2,
        "likes": [{"id": charlie.user.pk, "username": "charlie"}, {"id": bob.user.pk, "username": "bob"}],
        "next": None,
        "previous": None,
    }


def test_nobody_likes_it_yet(anonymous, url):
    expected = {"movie": "Alien", "likes_count": 0, "likes": [], "next": None, "previous": None}
    assert anonymous.get(url).json() == expected


def test_those_who_like_it_come_in_pages(anonymous, person, url):
    fans = [person(f"fan{i}") for i in range(3)]
    for fan in fans:
        fan.post(url)
    first = anonymous.get(f"{url}?page_size=2")
    second = anonymous.get(first.json()["next"])
    assert [fan["username"] for fan in first.json()["likes"] + second.json()["likes"]] == ["fan2", "fan1", "fan0"]
    assert (first.json()["likes_count"], second.json()["likes_count"]) == (3, 3)
    assert (first.json()["previous"], second.json()["next"]) == (None, None)
    assert second.json()["previous"].startswith("http://testserver")
    assert 'rel="next"' in first["Link"]
    assert anonymous.get(f"{url}?page=9").status_code == 404


@pytest.mark.parametrize("method", ["post", "delete"])
def test_anonymous_gets_401_and_an_unknown_movie_404(anonymous, bob, url, movies_url, method):
    assert getattr(anonymous, method)(url).status_code == 401
    assert getattr(anonymous, method)(f"{movies_url}{UNKNOWN_ID}/like/").status_code == 401
    assert getattr(bob, method)(f"{movies_url}{UNKNOWN_ID}/like/").status_code == 404
    assert not Like.objects.exists()


def test_the_likes_of_an_unknown_movie_are_404(anonymous, db, movies_url):
    assert anonymous.get(f"{movies_url}{UNKNOWN_ID}/like/").status_code == 404


def test_alice_may_like_her_own_movie(alice, url):
    assert alice.post(url).status_code == 201


def test_many_likes_take_no_more_queries_than_few(anonymous, person, url):
    for i in range(2):
        person(f"fan{i}").post(url)
    of_two = number_of_queries(anonymous, url)
    for i in range(8):
        person(f"more{i}").post(url)
    assert number_of_queries(anonymous, url) == of_two
