"""GET /api/v1/movies/categories/, /api/movies/categories/ and /movies/categories/"""

import pytest

from movies.models import Genre
from movies.tests.contract import KEYS_AT, number_of_queries


def categories(client, url):
    response = client.get(f"{url}categories/")
    assert response.status_code == 200
    assert isinstance(response.json(), list)
    return response.json()


def test_nothing_is_an_empty_array(anonymous, db, rankings_url):
    Genre.objects.create(name="Western")
    assert categories(anonymous, rankings_url) == []


def test_only_genres_with_movies_are_shown_by_name(anonymous, make_movie, rankings_url):
    Genre.objects.create(name="Comedy")
    make_movie("Alien", genre_list=["Horror", "Drama"])
    shown = categories(anonymous, rankings_url)
    assert [category["name"] for category in shown] == ["Drama", "Horror"]
    for category in shown:
        assert set(category) == {"id", "name", "movies"}
        assert category["id"] == Genre.objects.get(name=category["name"]).pk
        assert [movie["title"] for movie in category["movies"]] == ["Alien"]
        assert set(category["movies"][0]) == KEYS_AT[rankings_url]


def test_a_category_has_its_five_most_favoured_movies_and_the_newer_of_equals(
    anonymous, make_movie, bob, charlie, rankings_url
):
    movies = [make_movie(f"Movie {i}", genre_list=["Drama"]) for i in range(7)]
    for who, chosen in ((bob, movies[1:3]), (charlie, movies[1:2])):
        for movie in chosen:
            who.put(f"{rankings_url}{movie.pk}/favorite/")
    (drama,) = categories(anonymous, rankings_url)
    assert [movie["title"] for movie in drama["movies"]] == ["Movie 1", "Movie 2", "Movie 6", "Movie 5", "Movie 4"]
    assert [movie["favorites_count"] for movie in drama["movies"]] == [2, 1, 0, 0, 0]


def test_a_signed_in_caller_sees_their_own_favourite(make_movie, bob, rankings_url):
    bob.put(f"{rankings_url}{make_movie('Alien', genre_list=['Horror']).pk}/favorite/")
    (horror,) = categories(bob, rankings_url)
    assert horror["movies"][0]["favorite"] is True


def test_it_pages_by_genre_and_says_so_in_the_link_header(anonymous, make_movie, rankings_url):
    make_movie("Alien", genre_list=[f"Genre {i}" for i in range(5)])
    response = anonymous.get(f"{rankings_url}categories/?page_size=2&page=2")
    assert [category["name"] for category in response.json()] == ["Genre 2", "Genre 3"]
    assert 'rel="next"' in response["Link"]
    assert len(categories(anonymous, rankings_url)) == 5


@pytest.mark.parametrize("caller", ["anonymous", "alice"])
def test_many_genres_take_no_more_queries_than_few(request, caller, make_movies, rankings_url):
    client, url = request.getfixturevalue(caller), f"{rankings_url}categories/"
    make_movies(2)
    client.get(url)
    of_two = number_of_queries(client, url)
    make_movies(13, start=2)
    assert number_of_queries(client, url) == of_two
