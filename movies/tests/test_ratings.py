"""GET /api/v1/movies/{id}/ratings/, and GET and POST /api/v1/ratings/"""

import pytest

from movies.models import Rating
from movies.tests.contract import PAGE_KEYS, UNKNOWN_ID, number_of_queries, refused_fields
from movies.tests.test_rating import OFF_SCALE, RATING_KEYS

EMPTY = {"0.5": 0, "1": 0, "1.5": 0, "2": 0, "2.5": 0, "3": 0, "3.5": 0, "4": 0, "4.5": 0, "5": 0}


@pytest.fixture
def url(movies_url, movie):
    return f"{movies_url}{movie.pk}/ratings/"


@pytest.fixture
def rate(movie):
    return lambda who, stars: who.put(f"/api/v1/movies/{movie.pk}/rating/", {"rating": stars}).json()


class TestRatingsOfAMovie:
    def test_nobody_has_rated_it_yet(self, anonymous, url):
        page = {"count": 0, "next": None, "previous": None, "results": []}
        assert anonymous.get(url).json() == {**page, "average_rating": 0, "distribution": EMPTY}

    def test_everybody_reads_the_ratings_and_how_many_there_are_of_each(self, anonymous, bob, charlie, sam, url, rate):
        given = [rate(bob, 4), rate(charlie, 2.5), rate(sam, 4)]
        response = anonymous.get(url)
        assert response.json() == {
            "count": 3,
            "next": None,
            "previous": None,
            "results": given[::-1],
            "average_rating": 3.5,
            "distribution": {**EMPTY, "4": 2, "2.5": 1},
        }
        assert list(response.json()["distribution"]) == list(EMPTY)
        assert 'rel="first"' in response["Link"]

    def test_the_distribution_is_of_all_ratings_on_every_page(self, anonymous, person, url, rate):
        for i in range(5):
            rate(person(f"critic{i}"), 3)
        page = anonymous.get(f"{url}?page_size=2&page=3").json()
        assert (page["count"], len(page["results"]), page["distribution"]["3"]) == (5, 1, 5)

    def test_ratings_of_other_movies_are_not_shown(self, anonymous, bob, url, make_movie):
        bob.put(f"/api/v1/movies/{make_movie('Other').pk}/rating/", {"rating": 5})
        assert anonymous.get(url).json()["distribution"] == EMPTY

    def test_an_unknown_movie_is_404(self, anonymous, db, movies_url):
        assert anonymous.get(f"{movies_url}{UNKNOWN_ID}/ratings/").status_code == 404

    def test_many_ratings_take_no_more_queries_than_few(self, anonymous, person, url, rate):
        for i in range(2):
            rate(person(f"critic{i}"), 3)
        of_two = number_of_queries(anonymous, url)
        for i in range(8):
            rate(person(f"more{i}"), 4)
        assert number_of_queries(anonymous, url) == of_two


class TestAllRatings:
    url = "/api/v1/ratings/"

    def test_everybody_reads_all_ratings_with_the_newest_first(self, anonymous, bob, charlie, movie, make_movie):
        other = make_movie("Other")
        for who, pk, stars in ((bob, movie.pk, 2), (charlie, movie.pk, 2.5), (bob, other.pk, 4)):
            assert who.post(self.url, {"movie": pk, "rating": stars}).status_code == 201
        response = anonymous.get(self.url)
        assert set(response.json()) == PAGE_KEYS
        results = response.json()["results"]
        assert [set(rating) for rating in results] == [RATING_KEYS] * 3
        assert [(rating["user"]["username"], rating["movie"], rating["rating"]) for rating in results] == [
            ("bob", other.pk, 4),
            ("charlie", movie.pk, 2.5),
            ("bob", movie.pk, 2),
        ]
        assert 'rel="first"' in response["Link"]

    def test_the_reply_is_the_rating(self, bob, movie, scheme):
        response = bob.use(scheme).post(self.url, {"movie": movie.pk, "rating": 4.5})
        assert set(response.json()) == RATING_KEYS
        assert bob.get(f"/api/v1/movies/{movie.pk}/rating/").json() == response.json()
        assert bob.get(f"/api/v1/movies/{movie.pk}/").json()["average_rating"] == 4.5

    def test_own_movies_and_second_ratings_are_403(self, alice, bob, movie):
        bob.post(self.url, {"movie": movie.pk, "rating": 4})
        for who in (alice, bob):
            response = who.post(self.url, {"movie": movie.pk, "rating": 1})
            assert response.status_code == 403
            detail = "Nobody rates a movie that they added, nor adds a second rating."
            assert response.json()["detail"] == detail
        assert Rating.objects.get().half_stars == 8

    def test_anonymous_gets_401(self, anonymous, movie):
        assert anonymous.post(self.url, {"movie": movie.pk, "rating": 4}).status_code == 401

    @pytest.mark.parametrize("rating", OFF_SCALE)
    def test_a_rating_off_the_scale_is_400(self, bob, movie, rating):
        assert refused_fields(bob.post(self.url, {"movie": movie.pk, "rating": rating})) == {"rating"}

    @pytest.mark.parametrize("reference", [UNKNOWN_ID, 0, -1, 10**20, "x", "", None, [], {}, True, 1.5, "a\0b", 1e300])
    def test_an_unknown_movie_is_400(self, bob, movie, reference):
        assert refused_fields(bob.post(self.url, {"movie": reference, "rating": 4})) == {"movie"}

    def test_both_fields_are_required(self, bob):
        assert refused_fields(bob.post(self.url, {})) == {"movie", "rating"}

    def test_many_ratings_take_no_more_queries_than_few(self, anonymous, bob, make_movies):
        for movie in make_movies(2):
            bob.post(self.url, {"movie": movie.pk, "rating": 4})
        of_two = number_of_queries(anonymous, self.url)
        for movie in make_movies(8, start=2):
            bob.post(self.url, {"movie": movie.pk, "rating": 4})
        assert number_of_queries(anonymous, self.url) == of_two
