"""movies/search: the index follows what it is made of, and its vocabulary survives races."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from movies import search, services
from movies.models import Favorite, Genre, Like, Movie, MovieStats, SearchPosting, SearchSpelling, SearchWord
from movies.models.search import MAX_WORD, level_of, level_sql, popularity_level
from movies.search import vocabulary


def postings(movie: Movie) -> dict[str, int]:
    return dict(SearchPosting.objects.filter(movie=movie).values_list("word__text", "weight"))


def found(text: str) -> list[str]:
    titles = dict(Movie.objects.values_list("pk", "title"))
    return [titles[pk] for pk in search.find(text).page(0, search.LIMIT)[0]]


def movies_counts() -> dict[str, int]:
    return dict(SearchWord.objects.values_list("text", "movies_count"))


def popularity(movie: Movie) -> set[int]:
    return set(SearchPosting.objects.filter(movie=movie).values_list("popularity", flat=True))


def flaws() -> list[str]:
    return [flaw for _, flaw in search.flaws(list(Movie.objects.complete()))]


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
        alice.patch(f"/api/v1/movies/{movie.pk}/", {"title": "Nostromo", "director": "Somebody", "genre": "Western"})
        for text in ("nostromo", "somebody", "western"):
            assert found(text) == ["Nostromo"]
        for text in ("alien", "ridley", "horror"):
            assert found(text) == []

    def test_a_deleted_movie_leaves_the_index(self, movie):
        services.delete_movie(movie=movie)
        assert not SearchPosting.objects.exists()
        assert found("alien") == []

    def test_indexing_again_writes_nothing(self, movie):
        before = set(SearchPosting.objects.values_list())
        search.index(Movie.objects.all())
        assert set(SearchPosting.objects.values_list()) == before
        assert set(movies_counts().values()) == {1}

    def test_a_movie_whose_title_has_no_words_is_found_by_the_whole_of_it(self, make_movie):
        movie = make_movie("…!?")
        assert postings(movie) == {}
        assert found("…!?") == ["…!?"]
        assert found("!") == []

    def test_a_word_beyond_the_columns_width_is_cut_the_same_way_in_both_places(self, make_movie):
        make_movie("x" * 200)
        assert SearchWord.objects.get().text == "x" * MAX_WORD
        assert found("x" * 200) == ["x" * 200]

    def test_letters_that_become_many_when_folded_fit_in(self, make_movie):
        make_movie("\ufdfa" * 20)
        assert max(len(text) for text in SearchWord.objects.values_list("text", flat=True)) <= MAX_WORD
        assert found("\ufdfa") == ["\ufdfa" * 20]

    def test_what_went_around_the_services_is_reported(self, make_movie):
        movie, other = make_movie("Alien", genre_list=["Horror"]), make_movie("Amélie")
        stale = "the search index does not match its texts"
        assert flaws() == []
        Movie.objects.filter(pk=movie.pk).update(title="Aliens")
        assert flaws() == [stale]
        Movie.objects.filter(pk=movie.pk).update(title="Alien")
        Genre.objects.filter(name="Horror").update(name="Terror")
        assert flaws() == [stale]
        MovieStats.objects.filter(pk=other.pk).update(likes_count=20)
        assert flaws() == ["popularity in the search index is 0, should be 2", stale]
        search.index(Movie.objects.all())
        assert flaws() == []


class TestHowManyMoviesHaveAWord:
    def test_each_movie_counts_once(self, make_movie):
        make_movie("Horror of Horrors", genre_list=["Horror"])
        make_movie("Horror")
        assert movies_counts() == {"horror": 2, "of": 1, "horrors": 1}

    def test_a_change_takes_the_old_words_away_and_adds_the_new_ones(self, alice, movie, make_movie):
        make_movie("Alien Nation")
        services.change_movie(movie=movie, by=alice.user, title="Nation", genre_list=["Horror"])
        counts = movies_counts()
        assert {text: counts[text] for text in ("alien", "nation", "horror", "fiction")} == {
            "alien": 1,
            "nation": 2,
            "horror": 1,
            "fiction": 0,
        }

    def test_a_deleted_movie_is_taken_off_and_what_no_movie_has_is_not_found(self, movie, make_movie):
        make_movie("Aliens")
        services.delete_movie(movie=movie)
        assert movies_counts()["alien"] == 0
        assert found("alien") == ["Aliens"]

    def test_indexing_many_counts_all_of_them(self, make_movies):
        make_movies(5)
        SearchPosting.objects.all().delete()
        SearchWord.objects.update(movies_count=0)
        search.index(Movie.objects.all())
        assert search.wrong_counts() == []
        assert movies_counts()["movie"] == 5

    def test_several_differences_are_added_each_to_its_words(self, db):
        ids = search.get_or_create_words({"noir", "film", "grand"})
        search.add_word_counts(Counter({ids["noir"]: 3, ids["film"]: 5, ids["grand"]: 0}))
        search.add_word_counts(Counter({ids["noir"]: -1, ids["film"]: -1}))
        assert movies_counts() == {"noir": 2, "film": 4, "grand": 0}

    def test_a_wrong_count_is_said_and_mended(self, movie):
        SearchWord.objects.filter(text="alien").update(movies_count=7)
        said = ["word 'alien': movies_count is 7, should be 1"]
        assert search.wrong_counts() == said
        assert search.wrong_counts(fix=True) == said
        assert search.wrong_counts() == []


class TestPopularity:
    @pytest.mark.parametrize(
        ("reactions", "level"), [(0, 0), (3, 0), (4, 1), (15, 1), (16, 2), (63, 2), (64, 3), (255, 3), (256, 4)]
    )
    def test_a_level_is_four_times_the_one_before(self, reactions, level):
        assert popularity_level(MovieStats(likes_count=reactions)) == level

    def test_favourites_likes_and_ratings_count_and_comments_do_not(self):
        assert popularity_level(MovieStats(favorites_count=2, likes_count=1, ratings_count=1)) == 1
        assert popularity_level(MovieStats(comments_count=100)) == 0

    @pytest.mark.parametrize("level", range(1, 16))
    def test_each_level_begins_where_the_reactions_are_four_times_as_many(self, level):
        assert (level_of(4**level - 1), level_of(4**level)) == (level - 1, level)

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite asks Python for the level")
    def test_postgresql_has_the_same_levels(self, db):
        reactions = sorted({4**level + more for level in range(16) for more in (-1, 0, 1)})
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT n, {level_sql('n')} FROM unnest(%s) AS n", [reactions])
            assert dict(cursor.fetchall()) == {n: level_of(n) for n in reactions}

    def test_the_postings_follow_the_level_up_and_down(self, movie, bob, charlie):
        MovieStats.objects.filter(pk=movie.pk).update(likes_count=2)
        services.set_mark(Like, movie_id=movie.pk, user=bob.user, wanted=True)
        assert popularity(movie) == {0}
        services.set_mark(Favorite, movie_id=movie.pk, user=bob.user, wanted=True)
        assert popularity(movie) == {1}
        services.rate(movie_id=movie.pk, user=charlie.user, half_stars=7)
        services.rate(movie_id=movie.pk, user=charlie.user, half_stars=8)
        services.remove_rating(movie=movie, user=charlie.user)
        assert popularity(movie) == {1}
        services.set_mark(Like, movie_id=movie.pk, user=bob.user, wanted=False)
        assert popularity(movie) == {0}

    def test_they_are_written_only_when_the_level_changes(self, movie, bob):
        MovieStats.objects.filter(pk=movie.pk).update(likes_count=4)
        with CaptureQueriesContext(connection) as queries:
            services.set_mark(Like, movie_id=movie.pk, user=bob.user, wanted=True)
        assert not [query for query in queries if SearchPosting._meta.db_table in query["sql"]]

    def test_it_falls_when_a_user_leaves(self, movie, bob):
        MovieStats.objects.filter(pk=movie.pk).update(likes_count=2)
        for mark in (Like, Favorite):
            services.set_mark(mark, movie_id=movie.pk, user=bob.user, wanted=True)
        assert popularity(movie) == {1}
        services.forget_user(user=bob.user)
        assert popularity(movie) == {0}

    def test_new_postings_of_a_movie_have_its_level(self, alice, movie):
        MovieStats.objects.filter(pk=movie.pk).update(likes_count=100)
        services.change_movie(movie=movie, by=alice.user, title="Nostromo")
        assert popularity(movie) == {3}


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
        word_id = search.get_or_create_words({"noir"})["noir"]
        spellings = SearchSpelling.objects.filter(word=word_id).values_list("text", flat=True)
        assert sorted(spellings) == ["nir", "noi", "noir", "nor", "oir"]

    def test_known_words_are_not_written_again(self, db):
        first = search.get_or_create_words({"noir", "film"})
        with CaptureQueriesContext(connection) as queries:
            assert search.get_or_create_words({"noir", "film"}) == first
        assert [query["sql"].split()[0] for query in queries] == ["SELECT"]

    def test_words_that_somebody_else_adds_meanwhile_are_taken_as_they_are(self, db, monkeypatch):
        """Both have looked, neither has found the word, and the other one writes first."""
        look = vocabulary.ids_of_words

        def look_and_be_overtaken(texts):
            known = look(texts)
            monkeypatch.setattr(vocabulary, "ids_of_words", look)
            search.get_or_create_words({"noir"})
            return known

        monkeypatch.setattr(vocabulary, "ids_of_words", look_and_be_overtaken)
        ids = search.get_or_create_words({"noir", "film"})
        assert ids == dict(SearchWord.objects.values_list("text", "pk"))
        assert SearchSpelling.objects.filter(word=ids["noir"]).count() == len(search.deletions("noir"))

    def test_more_words_than_a_batch_are_all_added(self, db, monkeypatch):
        monkeypatch.setattr(vocabulary, "BATCH", 3)
        texts = {f"word{i}" for i in range(10)}
        assert search.get_or_create_words(texts).keys() == texts
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
