"""search.find(): the order, the pages, and where a search stops looking. The same on both databases."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from movies import search
from movies.models import Movie, MovieStats, SearchPosting
from movies.search import finding, interpretation

EVERYTHING = (0, search.LIMIT)


def ids(text: str, among=None) -> list[int]:
    return search.find(text, among).page(*EVERYTHING)[0]


def titles(text: str) -> list[str]:
    of_id = dict(Movie.objects.values_list("pk", "title"))
    return [of_id[pk] for pk in ids(text)]


@pytest.fixture
def make_titles(make_movie):
    def make(*titles: str) -> list[int]:
        return [make_movie(title).pk for title in titles]

    return make


@pytest.fixture
def make_popular():
    def make(movie_id: int, level: int) -> None:
        MovieStats.objects.filter(pk=movie_id).update(likes_count=4**level)
        SearchPosting.objects.filter(movie=movie_id).update(popularity=level)

    return make


class TestTheOrder:
    def test_of_equal_matches_the_more_popular_comes_first_then_the_newer(self, make_titles, make_popular):
        old, popular, new = make_titles("Solaris", "Solaris", "Solaris")
        make_popular(popular, 2)
        assert ids("solaris") == [popular, new, old]

    def test_the_best_of_what_a_word_stands_for_counts_and_not_the_sum(self, make_titles):
        both, longer = make_titles("Alien Aliens Alienated", "Alien")
        assert ids("alien") == [longer, both]

    def test_a_whole_title_comes_first_although_others_match_better(self, make_movie, make_popular):
        whole = make_movie("Night Horror Story").pk
        better = make_movie("Horror Night", director="Story Night", genre_list=["Horror"]).pk
        make_popular(better, 3)
        assert ids("night horror story") == [whole, better]

    def test_a_whole_title_is_compared_with_its_accents(self, make_titles):
        plain, accented, newest = make_titles("Leon", "Léon", "Leon")
        assert ids("léon") == [accented, newest, plain]

    def test_of_too_many_movies_with_one_title_none_is_preferred(self, make_titles, make_popular, monkeypatch):
        monkeypatch.setattr(interpretation, "MAX_TITLE_MATCHES", 2)
        plain, *accented = make_titles("Leon", "Léon", "Léon")
        make_popular(plain, 1)
        assert ids("léon") == [*reversed(accented), plain]
        accented += make_titles("Léon")
        assert ids("léon") == [plain, *reversed(accented)]

    def test_a_repeated_word_counts_once(self, make_titles):
        make_titles("New York, New York", "New York Story")
        assert titles("new york new york") == titles("new york") == ["New York Story", "New York, New York"]


class TestThePages:
    @pytest.mark.parametrize("text", ["movie", "movie dir", "mo", "movia", "movie zzzzz genre", "xmovie xgenre"])
    @pytest.mark.parametrize("size", [1, 3, 5])
    def test_together_they_are_the_whole_result(self, make_movies, text, size):
        make_movies(7)
        found = search.find(text)
        whole, total = found.page(*EVERYTHING)
        assert len(whole) == len(set(whole)) == total == 7
        pages = [found.page(start, size) for start in range(0, 7 + size, size)]
        assert [pk for page, _ in pages for pk in page] == whole
        assert {total for _, total in pages} == {7}

    @pytest.mark.parametrize("text", ["movie", "movie dir", "mo", "movia"])
    def test_beyond_the_last_one_there_is_nothing_and_the_total_stays(self, make_movies, text):
        make_movies(3)
        assert search.find(text).page(10, 5) == ([], 3)
        assert search.find(text).page(0, 0) == ([], 3)

    @pytest.mark.parametrize("text", ["movie", "movie dir", "mo", "movia", "movie zzzzz genre"])
    def test_they_end_at_the_limit(self, make_movies, monkeypatch, text):
        monkeypatch.setattr(finding, "LIMIT", 4)
        make_movies(7)
        found = search.find(text)
        first, total = found.page(0, 3)
        assert total == 4
        assert found.page(3, 3) == (found.page(0, 4)[0][3:], 4)
        assert len(found.page(3, 3)[0]) == 1
        assert found.page(6, 3) == ([], 4)
        assert len(first) == 3

    def test_movies_with_several_of_the_words_are_counted_once(self, make_titles, monkeypatch):
        """So many of the best are seen twice that counting has to start again."""
        monkeypatch.setattr(finding, "LIMIT", 10)
        make_titles(*[f"Alienated Aliens Alienist {n}" for n in range(6)])
        assert search.find("alie").page(0, 2)[1] == 6


class TestWhereItStops:
    def test_of_a_common_pair_the_best_of_the_rarer_word_are_examined(self, make_titles, make_popular, monkeypatch):
        monkeypatch.setattr(finding, "EXAMINED", 2)
        pairs = make_titles("Love Story", "Story of Love", "Love Story 2", "Love and Story")
        make_titles(*["Story"] * 3, "Love")
        make_popular(pairs[1], 2)
        assert search.find("love x").page(0, 9)[1] == 5  # most of the words: the five that have "love"
        assert ids("story love")[0] == pairs[0]  # whose title is neither, but of two words

    def test_the_movie_of_that_title_is_found_however_far_down_it_is(self, make_titles, monkeypatch):
        monkeypatch.setattr(finding, "EXAMINED", 1)
        (wanted,) = make_titles("The Long and Winding Love Story")
        make_titles(*["Love"] * 3, *["Story"] * 3, *["Winding Love"] * 3)
        assert ids("the long and winding love story")[0] == wanted

    def test_the_depth_is_shared_out_among_the_words_and_what_is_left_over_too(self):
        def depth(*counts: int) -> int:
            words = [interpretation.Word(n, str(n), count) for n, count in enumerate(counts)]
            return finding.depth_of(interpretation.best(words, 1), 100)

        assert depth(5) == 5
        assert depth(500) == 100
        assert depth(500, 500) == 50
        assert depth(10, 500, 500) == 45
        assert depth(30, 30, 40) == 40
        assert depth(*[500] * 50) == 2

    def test_a_common_word_is_not_taken_for_a_beginning(self, make_titles, monkeypatch):
        make_titles("Star", "Star", "Stardust")
        assert titles("star") == ["Star", "Star", "Stardust"]
        monkeypatch.setattr(interpretation, "COMMON", 2)
        assert titles("star") == ["Star", "Star"]
        assert titles("stard") == ["Stardust"]

    def test_a_beginning_of_very_many_words_stands_for_those_of_most_movies(self, make_titles, monkeypatch):
        monkeypatch.setattr(interpretation, "MAX_CANDIDATES", 2)
        make_titles("Aliena", "Alienb", "Alienc", "Alienc", "Alienb")
        assert sorted(titles("alie")) == ["Alienb", "Alienb", "Alienc", "Alienc"]
        assert sorted(titles("alienx")) == ["Alienb", "Alienb", "Alienc", "Alienc"]

    def test_a_long_query_is_looked_at_only_so_far(self, movie):
        with CaptureQueriesContext(connection) as queries:
            assert titles("alien " * 200 + " ".join(f"word{n}" for n in range(100))) == ["Alien"]
        assert len(queries) <= 8 + interpretation.MAX_QUERY_WORDS


class TestARestriction:
    @pytest.mark.parametrize("text", ["movie", "movie dir", "mo", "movia", "movie zzzzz genre"])
    def test_it_restricts_the_result_and_its_total_and_keeps_the_order(self, make_movies, text):
        movies = make_movies(7)
        some = {movie.pk for movie in movies[::2]}
        whole = ids(text)
        assert search.find(text, Movie.objects.all()).page(*EVERYTHING) == (whole, 7)
        among = Movie.objects.filter(pk__in=some).complete().order_by("title")
        assert search.find(text, among).page(*EVERYTHING) == ([pk for pk in whole if pk in some], 4)
        assert search.find(text, among).page(2, 1) == ([pk for pk in whole if pk in some][2:3], 4)
        assert search.find(text, Movie.objects.none()).page(0, 5) == ([], 0)

    def test_a_title_of_signs_is_restricted_too(self, make_titles):
        old, new = make_titles("?!", "?!")
        assert ids("?!") == [new, old]
        assert ids("?!", Movie.objects.filter(pk=old)) == [old]

    def test_as_a_queryset_it_has_the_same_order(self, make_titles, make_popular):
        old, popular, new = make_titles("Solaris", "Solaris", "Solaris")
        make_popular(popular, 1)
        found = search.search(Movie.objects.exclude(pk=old), "solaris")
        assert [movie.pk for movie in found] == [popular, new]


class TestTheRoundTrips:
    @pytest.mark.parametrize(
        ("text", "queries"),
        [("alien", 2), ("ali", 2), ("alien ridley", 2), ("alein", 3), ("alienridley", 5), ("?!", 1)],
    )
    def test_are_few(self, movie, text, queries):
        with CaptureQueriesContext(connection) as done:
            search.find(text).page(0, 20)
        assert len(done) == queries
