"""movies/search.py: the index follows what it is made of, and its vocabulary survives races."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from movies import search, services
from movies.models import Genre, Movie, SearchPosting, SearchSpelling, SearchWord
from movies.models.search import MAX_WORD


def postings(movie: Movie) -> dict[str, int]:
    return dict(SearchPosting.objects.filter(movie=movie).values_list("word__text", "weight"))


def found(text: str) -> list[str]:
    return [movie.title for movie in search.search(Movie.objects.all(), text)]


class TestTheIndexFollows:
    def test_a_new_movie_is_indexed_by_title_director_and_genres(self, make_movie):
        movie = make_movie("Das Boot", director="Wolfgang Petersen", genre_list=["War", "Drama"])
        assert set(postings(movie)) == {"das", "boot", "wolfgang", "petersen", "war", "drama"}

    def test_the_description_is_not_indexed(self, make_movie):
        assert set(postings(make_movie("Boot", description="A submarine."))) == {"boot"}

    @pytest.mark.parametrize(
        ("change", "gone", "new"),
        [
            ({"title": "Aliens"}, "alien", "aliens"),
            ({"director": "James Cameron"}, "ridley", "cameron"),
            ({"director": None}, "scott", "alien"),
            ({"genre_list": ["Thriller", "Fiction"]}, "horror", "thriller"),
            ({"genre_list": []}, "fiction", "alien"),
        ],
    )
    def test_a_change_is_found_at_once_and_what_was_before_is_not(self, alice, movie, change, gone, new):
        services.change_movie(movie=movie, by=alice.user, **change)
        assert new in postings(movie)
        assert gone not in postings(movie)
        assert postings(movie) == search.weighted_words(Movie.objects.complete().get())

    def test_a_change_through_the_api_is_found_at_once(self, alice, movie):
        alice.patch(f"/api/movies/{movie.pk}/", {"title": "Nostromo", "director": "Somebody", "genre": "Western"})
        for text in ("nostromo", "somebody", "western"):
            assert found(text) == ["Nostromo"]
        for text in ("alien", "ridley", "horror"):
            assert found(text) == []

    def test_a_deleted_movie_leaves_the_index(self, movie):
        services.delete_movie(movie=movie)
        assert not SearchPosting.objects.exists()
        assert found("alien") == []

    def test_indexing_again_changes_nothing(self, movie):
        before = postings(movie)
        search.index(Movie.objects.all())
        assert postings(movie) == before

    def test_a_movie_without_any_word_is_stored_and_not_found(self, make_movie):
        movie = make_movie("…!?")
        assert postings(movie) == {}
        assert found("…!?") == []

    def test_a_word_beyond_the_columns_width_is_cut_the_same_way_in_both_places(self, make_movie):
        make_movie("x" * 200)
        assert SearchWord.objects.get().text == "x" * MAX_WORD
        assert found("x" * 200) == ["x" * 200]

    def test_letters_that_become_many_when_folded_fit_in(self, make_movie):
        make_movie("\ufdfa" * 20)
        assert max(len(text) for text in SearchWord.objects.values_list("text", flat=True)) <= MAX_WORD
        assert found("\ufdfa") == ["\ufdfa" * 20]

    def test_what_went_around_the_services_is_reported_as_stale(self, movie, make_movie):
        make_movie("Amélie")
        assert list(search.stale(Movie.objects.complete())) == []
        Movie.objects.filter(pk=movie.pk).update(title="Aliens")
        assert list(search.stale(Movie.objects.complete())) == [movie]
        Movie.objects.filter(pk=movie.pk).update(title="Alien")
        Genre.objects.filter(name="Horror").update(name="Terror")
        assert list(search.stale(Movie.objects.complete())) == [movie]
        search.index(Movie.objects.all())
        assert list(search.stale(Movie.objects.complete())) == []


class TestWeights:
    def test_title_weighs_more_than_director_and_director_more_than_genre(self, make_movie):
        weights = postings(make_movie("Alien", director="Scott", genre_list=["Horror"]))
        assert weights["alien"] > weights["scott"] > weights["horror"] > 0

    def test_a_word_of_a_short_title_weighs_more(self, make_movie):
        assert postings(make_movie("Alien"))["alien"] > postings(make_movie("Alien Resurrection"))["alien"]

    def test_a_word_in_several_texts_weighs_their_sum(self, make_movie):
        weights = postings(make_movie("Horror", director="Horror", genre_list=["Horror"]))
        assert weights == {"horror": search.TITLE_WEIGHT + search.DIRECTOR_WEIGHT + search.GENRE_WEIGHT}


class TestVocabulary:
    def test_each_word_has_its_spellings(self, db):
        word_id = search.vocabulary({"noir"})["noir"]
        spellings = SearchSpelling.objects.filter(word=word_id).values_list("text", flat=True)
        assert sorted(spellings) == ["nir", "noi", "noir", "nor", "oir"]

    def test_known_words_are_not_written_again(self, db):
        first = search.vocabulary({"noir", "film"})
        with CaptureQueriesContext(connection) as queries:
            assert search.vocabulary({"noir", "film"}) == first
        assert [query["sql"].split()[0] for query in queries] == ["SELECT"]

    def test_words_that_somebody_else_adds_meanwhile_are_taken_as_they_are(self, db, monkeypatch):
        """Both have looked, neither has found the word, and the other one writes first."""
        look = search.known_words

        def look_and_be_overtaken(texts):
            known = look(texts)
            monkeypatch.setattr(search, "known_words", look)
            search.vocabulary({"noir"})
            return known

        monkeypatch.setattr(search, "known_words", look_and_be_overtaken)
        ids = search.vocabulary({"noir", "film"})
        assert ids == dict(SearchWord.objects.values_list("text", "pk"))
        assert SearchSpelling.objects.filter(word=ids["noir"]).count() == len(search.deletions("noir"))

    def test_more_words_than_a_batch_are_all_added(self, db, monkeypatch):
        monkeypatch.setattr(search, "BATCH", 3)
        texts = {f"word{i}" for i in range(10)}
        assert search.vocabulary(texts).keys() == texts
        assert SearchWord.objects.count() == 10


class TestMisspellings:
    @pytest.mark.parametrize("typed", ["aline", "alen", "aliien", "alian", "lien", "alie", "xalien", "alienx", "laien"])
    def test_one_edit_of_each_kind_has_a_spelling_in_common(self, typed):
        assert search.deletions("alien") & search.deletions(typed)

    @pytest.mark.parametrize("typed", ["aaaaa", "neila", "al", "alienated", "axiex"])
    def test_what_is_far_away_has_none(self, typed):
        assert not search.deletions("alien") & search.deletions(typed)

    def test_an_exact_word_is_not_taken_for_a_misspelled_one(self, make_movie):
        for title in ("Seven", "Sever"):
            make_movie(title)
        assert found("seven") == ["Seven"]
        assert set(found("sevek")) == {"Seven", "Sever"}

    def test_short_words_are_never_taken_for_each_other(self, make_movie):
        make_movie("It")
        assert found("is") == []
        assert found("it") == ["It"]

    def test_a_spelling_with_very_many_neighbours_stays_bounded(self, make_movie):
        for i in range(search.MAX_ALTERNATIVES + 10):
            make_movie(f"alie{chr(0x4E00 + i)}")
        assert len(search.misspelled("alien")) == search.MAX_ALTERNATIVES
        assert len(found("alie")) == search.MAX_ALTERNATIVES


def test_a_long_query_is_looked_at_only_so_far(movie):
    text = "alien " * 200
    with CaptureQueriesContext(connection) as queries:
        assert [found.title for found in search.search(Movie.objects.all(), text)] == ["Alien"]
    assert len(queries) <= 4 * search.MAX_QUERY_WORDS
