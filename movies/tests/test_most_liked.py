"""GET /api/v1/movies/most-liked/, /api/movies/most-liked/ and /movies/most-liked/"""

import pytest

from movies.models import Favorite, MovieStats
from movies.tests.contract import KEYS_AT, number_of_queries, refused_fields


def titles(response):
    assert response.status_code == 200, response.content
    return [movie["title"] for movie in response.json()]


@pytest.fixture
def favored(make_movies, bob):
    """`favored(60)`: so many movies that Bob likes best; the counts are set with them."""

    def make(n):
        movies = make_movies(n)
        Favorite.objects.bulk_create(Favorite(user=bob.user, movie=movie) for movie in movies)
        MovieStats.objects.filter(movie__in=movies).update(favorites_count=1)
        return movies

    return make


def test_nothing_is_an_empty_array(anonymous, movie, rankings_url):
    response = anonymous.get(f"{rankings_url}most-liked/")
    assert (response.status_code, response.json()) == (200, [])


def test_most_favourites_come_first_then_the_newer_and_none_with_zero(
    anonymous, make_movie, alice, bob, charlie, rankings_url
):
    movies = {name: make_movie(name) for name in ("Two", "Old one", "Three", "None", "New one")}
    choices = {"Three": (alice, bob, charlie), "Two": (alice, bob), "Old one": (bob,), "New one": (charlie,)}
    for name, fans in choices.items():
        for who in fans:
            who.put(f"{rankings_url}{movies[name].pk}/favorite/")
    alice.post(f"{rankings_url}{movies['None'].pk}/like/")
    response = anonymous.get(f"{rankings_url}most-liked/")
    assert titles(response) == ["Three", "Two", "New one", "Old one"]
    assert [movie["favorites_count"] for movie in response.json()] == [3, 2, 1, 1]
    assert set(response.json()[0]) == KEYS_AT[rankings_url]
    assert 'rel="first"' in response["Link"]


@pytest.mark.parametrize(
    ("query", "n"),
    [
        ("", 10),
        ("?limit=1", 1),
        ("?limit=50", 50),
        ("?limit=51", 50),
        ("?limit=99999999999999999999", 50),
    ],
)
def test_limit_is_ten_unless_asked_otherwise_and_never_more_than_fifty(anonymous, favored, rankings_url, query, n):
    expected = [movie.title for movie in favored(53)[::-1]]
    assert titles(anonymous.get(f"{rankings_url}most-liked/{query}")) == expected[:n]


@pytest.mark.parametrize("limit", ["0", "-1", "x", "", "1.5", "1e1", "٣", "%00", "000000000000"])
def test_a_bad_limit_is_400_in_the_canonical_api_and_ignored_elsewhere(anonymous, favored, limit):
    assert refused_fields(anonymous.get(f"/api/v1/movies/most-liked/?limit={limit}")) == {"limit"}
    favored(12)
    for mount in ("/movies/", "/api/movies/"):
        assert len(anonymous.get(f"{mount}most-liked/?limit={limit}").json()) == 10


@pytest.mark.parametrize("caller", ["anonymous", "bob"])
def test_a_long_list_takes_no_more_queries_than_a_short_one(request, caller, favored, rankings_url):
    client = request.getfixturevalue(caller)
    favored(15)
    client.get(f"{rankings_url}most-liked/")
    of_two = number_of_queries(client, f"{rankings_url}most-liked/?limit=2")
    assert number_of_queries(client, f"{rankings_url}most-liked/?limit=15") == of_two
