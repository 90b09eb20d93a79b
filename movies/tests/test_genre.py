"""GET /api/v1/movies/genre/ and /movies/genre/"""

import pytest

from movies.models import Genre
from movies.tests.contract import KEYS_AT, UNKNOWN_ID, items_of, number_of_queries, refused_fields


@pytest.fixture
def three_movies(make_movie):
    make_movie("Alien", genre_list=["Horror", "Komödie"])
    make_movie("Psycho", genre_list=["HORROR"])
    make_movie("Amélie", genre_list=["Komödie"])


def titles(response):
    assert response.status_code == 200, response.content
    return [item["title"] for item in items_of(response)]


@pytest.mark.parametrize(
    ("genre", "found"),
    [("Horror", ["Psycho", "Alien"]), ("hORROR", ["Psycho", "Alien"]), (" KOMÖDIE ", ["Amélie", "Alien"])],
)
def test_movies_of_a_genre_are_found_by_its_name_without_case(anonymous, three_movies, movies_url, genre, found):
    assert titles(anonymous.get(f"{movies_url}genre/", {"genre": genre})) == found


def test_movies_of_a_genre_are_found_by_its_id(anonymous, three_movies, movies_url):
    genre = Genre.objects.get(name="Komödie")
    response = anonymous.get(f"{movies_url}genre/?genre={genre.pk}")
    assert titles(response) == ["Amélie", "Alien"]
    assert set(items_of(response)[0]) == KEYS_AT[movies_url]
    assert 'rel="first"' in response["Link"]


def test_a_genre_whose_name_is_a_number_is_found_by_its_name(anonymous, make_movie, movies_url):
    make_movie("1984", genre_list=[Genre.objects.create(name="1984")])
    assert titles(anonymous.get(f"{movies_url}genre/?genre=1984")) == ["1984"]


@pytest.mark.parametrize("query", ["", "?genre=", "?genre=+"])
def test_without_the_parameter_it_is_400(anonymous, three_movies, movies_url, query):
    assert refused_fields(anonymous.get(f"{movies_url}genre/{query}")) == {"genre"}


def test_no_genre_has_a_name_of_more_than_255_characters(anonymous, three_movies, movies_url):
    assert refused_fields(anonymous.get(f"{movies_url}genre/?genre={'x' * 256}")) == {"genre"}


def test_the_genre_is_one(anonymous, three_movies):
    query = "genre/?genre=horror&genre=komödie"
    assert refused_fields(anonymous.get(f"/api/v1/movies/{query}")) == {"genre"}
    assert anonymous.get(f"/movies/{query}").status_code == 200


@pytest.mark.parametrize("genre", ["Western", str(UNKNOWN_ID), "9" * 30, "-1", "0", "%", "Horror,Komödie", "x" * 255])
def test_an_unknown_genre_is_404(anonymous, three_movies, movies_url, genre):
    response = anonymous.get(f"{movies_url}genre/", {"genre": genre})
    assert response.status_code == 404
    assert "Genre" in response.json()["detail"]


def test_a_genre_with_a_nul_is_400(anonymous, three_movies, movies_url):
    assert refused_fields(anonymous.get(f"{movies_url}genre/?genre=a%00b")) == {"genre"}


def test_a_genre_without_movies_is_an_empty_page(anonymous, db, movies_url):
    Genre.objects.create(name="Western")
    assert titles(anonymous.get(f"{movies_url}genre/?genre=western")) == []


def test_other_filters_and_ordering_apply(anonymous, three_movies, movies_url):
    assert titles(anonymous.get(f"{movies_url}genre/?genre=horror&ordering=title")) == ["Alien", "Psycho"]
    assert titles(anonymous.get(f"{movies_url}genre/?genre=horror&title=psy")) == ["Psycho"]


def test_a_long_page_takes_no_more_queries_than_a_short_one(anonymous, make_movie, movies_url):
    for title in ("One", "Two"):
        make_movie(title, genre_list=["Drama"])
    of_two = number_of_queries(anonymous, f"{movies_url}genre/?genre=drama")
    for i in range(13):
        make_movie(f"Movie {i}", director=f"Director {i}", genre_list=["Drama", f"Genre {i}"])
    assert number_of_queries(anonymous, f"{movies_url}genre/?genre=drama") == of_two
