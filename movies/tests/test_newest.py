"""GET /api/v1/movies/newest/, /api/movies/newest/ and /movies/newest/"""

from datetime import timedelta

import pytest
from django.utils import timezone

from movies.tests.contract import KEYS_AT, items_of, number_of_queries


def titles(response):
    assert response.status_code == 200
    return [movie["title"] for movie in response.json()]


def test_nothing_is_an_empty_array(anonymous, db, rankings_url):
    assert titles(anonymous.get(f"{rankings_url}newest/")) == []


def test_the_five_with_the_latest_date_come_latest_first(anonymous, make_movie, rankings_url):
    for year in (1999, 2003, 1980, 2001, 2002, 2000):
        make_movie(str(year), release_date=f"{year}-01-01")
    response = anonymous.get(f"{rankings_url}newest/")
    assert titles(response) == ["2003", "2002", "2001", "2000", "1999"]
    assert set(response.json()[0]) == KEYS_AT[rankings_url]
    assert 'rel="first"' in response["Link"]


def test_of_one_day_the_last_added_comes_first(anonymous, make_movie, rankings_url):
    for title in ("One", "Two", "Three"):
        make_movie(title, release_date="2000-01-01")
    assert titles(anonymous.get(f"{rankings_url}newest/")) == ["Three", "Two", "One"]


def test_movies_without_a_date_are_left_out(anonymous, make_movie, rankings_url):
    make_movie("Dated", release_date="1900-01-01")
    make_movie("Undated")
    assert titles(anonymous.get(f"{rankings_url}newest/")) == ["Dated"]


def test_nobody_gets_more_than_five(anonymous, make_movie, rankings_url):
    for i in range(7):
        make_movie(f"Movie {i}", release_date="2000-01-01")
    assert len(titles(anonymous.get(f"{rankings_url}newest/"))) == 5
    assert len(titles(anonymous.get("/movies/newest/?limit=50&page_size=50"))) == 5


@pytest.mark.parametrize(
    ("days", "is_shown"), [(0, True), (365, True), (9 * 365, True), (3653, True), (3654, False), (40 * 365, False)]
)
def test_what_is_announced_is_shown_and_what_is_farther_ahead_than_ten_years_is_not(
    anonymous, make_movie, rankings_url, days, is_shown
):
    make_movie("Released", release_date="2000-01-01")
    make_movie("Ahead", release_date=timezone.now().date() + timedelta(days=days))
    assert titles(anonymous.get(f"{rankings_url}newest/")) == (["Ahead", "Released"] if is_shown else ["Released"])


@pytest.mark.parametrize("date", ["9999-12-31", "9999-01-01", "2999-12-31"])
def test_dates_that_stand_for_an_unknown_one_are_left_out_and_stay_in_lists(anonymous, make_movie, rankings_url, date):
    make_movie("Some day", release_date=date)
    assert titles(anonymous.get(f"{rankings_url}newest/")) == []
    assert items_of(anonymous.get(f"{rankings_url}?ordering=-release_date"))[0]["release_date"] == date


def test_five_movies_take_no_more_queries_than_two(anonymous, make_movie, rankings_url):
    for i in range(2):
        make_movie(f"Movie {i}", release_date="2000-01-01", director=f"Director {i}", genre_list=[f"Genre {i}"])
    of_two = number_of_queries(anonymous, f"{rankings_url}newest/")
    for i in range(3):
        make_movie(f"More {i}", release_date="2000-01-01", director=f"Another {i}", genre_list=[f"Kind {i}"])
    assert number_of_queries(anonymous, f"{rankings_url}newest/") == of_two
