"""The data set of the benchmark is what the server itself would have made of the same movies."""

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import Session, User
from benchmarks.dataset.community import FAVORITES, LIKES, RATINGS, token
from benchmarks.dataset.generate import generate, users_of
from movies import search
from movies.models import (
    Favorite,
    Genre,
    Like,
    Movie,
    MovieGenre,
    MovieStats,
    Rating,
    SearchPosting,
    SearchSpelling,
    SearchWord,
)
from movies.models.search import popularity_level
from movies.search import deletions

MOVIES = 300


@pytest.fixture(scope="module")
def data_set(django_db_setup, django_db_blocker):
    """Made once for all tests here, and rolled back when they are done."""
    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        generate(MOVIES)
        yield
        transaction.set_rollback(True)
        atomic.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def _data_set(data_set, db):
    """Every test sees the data set."""


def test_verify_finds_no_difference(capsys):
    call_command("verify", verbosity=0)
    assert f"{MOVIES} movies verified, 0 differences." in capsys.readouterr().out


def test_there_is_as_much_of_everything_as_the_size_says():
    users = users_of(MOVIES)
    assert Movie.objects.count() == MOVIES
    assert Rating.objects.count() == RATINGS * users == 5 * MOVIES
    assert Like.objects.count() + Favorite.objects.count() == (LIKES + FAVORITES) * users == 2 * MOVIES
    assert Genre.objects.count() == 20
    assert MOVIES < MovieGenre.objects.count() < 3 * MOVIES
    assert {len(text) for text in Movie.objects.values_list("description", flat=True)} == {200}


def test_a_title_finds_its_movie():
    movie = Movie.objects.get(pk=MOVIES // 2)
    assert movie.pk in search.find(movie.title).page(0, search.LIMIT)[0]


def test_every_word_has_all_its_spellings():
    spellings = {word.text: set() for word in SearchWord.objects.all()}
    for text, word in SearchSpelling.objects.values_list("text", "word__text"):
        spellings[word].add(text)
    assert spellings == {word: deletions(word) for word in spellings}


def test_the_known_token_of_a_user_opens_a_living_session():
    user = User.objects.earliest("pk")
    session = Session.objects.get(token_digest=Session.digest(token(user.pk)))
    assert session.user == user
    assert session.is_alive


def test_every_kind_of_question_is_asked_and_answered():
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, MIN(text) FROM bench_question GROUP BY kind")
        questions = dict(cursor.fetchall())
    assert questions.keys() == {"rare", "common", "prefix", "two", "typo"}
    for text in questions.values():
        assert search.find(text).page(0, 1)[1] > 0


def test_the_popularity_of_postings_is_that_of_their_movies():
    levels = {stats.pk: popularity_level(stats) for stats in MovieStats.objects.all()}
    assert set(levels.values()) > {0, 1}
    assert {(pk, levels[pk]) for pk in levels} >= set(SearchPosting.objects.values_list("movie", "popularity"))


def test_new_rows_get_ids_of_their_own():
    assert Movie.objects.create(title="The newest").pk > MOVIES


def test_a_data_set_that_is_too_small_for_its_users_is_refused():
    with pytest.raises(ValueError, match="at least 100"):
        generate(10)
