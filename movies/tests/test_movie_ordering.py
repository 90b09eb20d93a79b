"""`ordering` of the lists: each key up and down, unknown values last in both directions, the id between equals, in the same direction."""

import pytest

from movies.models import Movie
from movies.tests.contract import Canonical, Classic, Community, Compact, Mount, Showcase


@pytest.fixture
def ordered_movies(make_movie, bob, charlie):
    """Four movies, "d" without date and duration, such that every key orders them differently from the ids."""
    movies = {
        "b": make_movie("Zoo", release_date="1990-01-01", duration=90),
        "a": make_movie("alien", release_date="2000-01-01", duration=120),
        "c": make_movie("Zebra", release_date="1980-01-01", duration=100),
        "d": make_movie("ALIENS"),
    }

    def url(name: str, action: str) -> str:
        return f"/api/v1/movies/{movies[name].pk}/{action}/"

    for who, name, stars in ((bob, "a", 2), (bob, "b", 5), (charlie, "a", 3), (bob, "c", 4)):
        assert who.put(url(name, "rating"), {"rating": stars}).status_code == 201
    for who, name in ((bob, "c"), (charlie, "c"), (bob, "b")):
        who.post(url(name, "like"))
        who.put(url(name, "favorite"))
        who.post(url(name, "comments"), {"text": "Hm."})
    movies["b"].save()
    return movies


BY_FEEDBACK_UP, BY_FEEDBACK_DOWN = "adbc", "cbda"


class OrderingSuite(Mount):
    def order(self, client, movies: dict[str, Movie], ordering: str) -> str:
        names = {movie.pk: name for name, movie in movies.items()}
        return "".join(
            names[self.id_of(item)] for item in self.page(client.get(f"{self.list_url}?ordering={ordering}"))
        )

    @pytest.mark.parametrize(
        ("key", "up", "down"),
        [
            ("id", "bacd", "dcab"),
            ("created_at", "bacd", "dcab"),
            ("updated_at", "acdb", "bdca"),
            ("title", "adcb", "bcda"),
            ("release_date", "cbad", "abcd"),
            ("duration", "bcad", "acbd"),
            ("average_rating", "dacb", "bcad"),
            ("ratings_count", "dbca", "acbd"),
            ("likes_count", BY_FEEDBACK_UP, BY_FEEDBACK_DOWN),
            ("favorites_count", BY_FEEDBACK_UP, BY_FEEDBACK_DOWN),
            ("comments_count", BY_FEEDBACK_UP, BY_FEEDBACK_DOWN),
        ],
    )
    def test_movies_come_up_and_down(self, anonymous, ordered_movies, key, up, down):
        assert self.order(anonymous, ordered_movies, key) == up
        assert self.order(anonymous, ordered_movies, f"-{key}") == down

    def test_several_keys_decide_one_after_the_other(self, anonymous, ordered_movies):
        assert self.order(anonymous, ordered_movies, "-likes_count,title") == "cbad"
        assert self.order(anonymous, ordered_movies, "-likes_count,-title") == "cbda"

    def test_what_stands_after_the_id_decides_nothing(self, anonymous, ordered_movies):
        assert self.order(anonymous, ordered_movies, "id,-title") == "bacd"

    def test_an_empty_ordering_is_the_usual_one(self, anonymous, ordered_movies):
        for ordering in ("", ",", "&ordering="):
            assert self.order(anonymous, ordered_movies, ordering) == ("bacd" if self.oldest_first else "dcab")

    def test_several_parameters_are_the_same_as_commas(self, anonymous, ordered_movies):
        for ordering in ("-likes_count&ordering=title", "&ordering=-likes_count,&ordering=title"):
            assert self.order(anonymous, ordered_movies, ordering) == "cbad"
        assert self.order(anonymous, ordered_movies, "-likes_count&ordering=-title") == "cbda"
        bad = anonymous.get(f"{self.list_url}?ordering=title&ordering=nonsense")
        assert self.refused_fields(bad) == {"ordering"}

    def test_a_long_name_that_is_no_order_is_not_repeated_whole(self, anonymous, db):
        refused = anonymous.get(f"{self.list_url}?ordering={'x' * 60_000}")
        assert self.refused_fields(refused) == {"ordering"}
        assert len(refused.content) < 1000

    def test_titles_stand_as_in_a_catalogue(self, anonymous, make_movie):
        titles = ["Zulu", "Élan", "apple", "Ärger", "The Banquet", "A Cat", "Łódź", "Mango", "Die Hard", "…And Justice"]
        for title in titles:
            make_movie(title)
        in_order = [
            "…And Justice",
            "apple",
            "Ärger",
            "The Banquet",
            "A Cat",
            "Die Hard",
            "Élan",
            "Łódź",
            "Mango",
            "Zulu",
        ]
        for ordering, expected in (("title", in_order), ("-title", in_order[::-1])):
            page = self.page(anonymous.get(f"{self.list_url}?ordering={ordering}"))
            assert [item["title"] for item in page] == expected

    def test_pages_of_equal_movies_neither_repeat_nor_lose_any(self, anonymous, make_movies):
        expected = sorted(movie.pk for movie in make_movies(7))
        urls = [f"{self.list_url}?ordering=-duration&page_size=2&page={number}" for number in (1, 2, 3, 4)]
        assert sorted(self.id_of(item) for url in urls for item in self.page(anonymous.get(url))) == expected


class TestCanonical(Canonical, OrderingSuite):
    pass


class TestShowcase(Showcase, OrderingSuite):
    pass


class TestCommunity(Community, OrderingSuite):
    pass


class TestCompact(Compact, OrderingSuite):
    pass


class TestClassic(Classic, OrderingSuite):
    pass
