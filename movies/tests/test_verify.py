"""`manage.py verify`: every kind of difference is found, said, and mended on request."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import OperationalError

from accounts.models import User
from movies import search, services
from movies.models import (
    Comment,
    Director,
    Favorite,
    Like,
    Movie,
    MovieDirector,
    MovieStats,
    Rating,
    SearchPosting,
    Tally,
)


@pytest.fixture
def busy_movie(movie, bob, charlie):
    services.rate(movie_id=movie.pk, user=bob.user, half_stars=7)
    services.rate(movie_id=movie.pk, user=charlie.user, half_stars=4)
    services.set_mark(Like, movie_id=movie.pk, user=bob.user, wanted=True)
    services.set_mark(Favorite, movie_id=movie.pk, user=bob.user, wanted=True)
    services.comment(movie=movie, user=charlie.user, text="Hm.")
    return movie


@pytest.fixture
def verify(capsys):
    def run(**options):
        try:
            call_command("verify", verbosity=0, **options)
            code = 0
        except SystemExit as end:
            code = end.code
        return code, capsys.readouterr().out

    return run


def test_an_exact_database_has_no_differences(busy_movie, verify):
    assert verify() == (0, "1 movies verified, 0 differences.\n")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda movie: MovieStats.objects.update(likes_count=5), "likes_count is 5, should be 1"),
        (lambda movie: MovieStats.objects.update(ratings_sum=12), "ratings_sum is 12, should be 11"),
        (lambda movie: Rating.objects.filter(half_stars=7).delete(), "ratings_count is 2, should be 1"),
        (lambda movie: Favorite.objects.all().delete(), "favorites_count is 1, should be 0"),
        (lambda movie: Comment.objects.all().delete(), "comments_count is 1, should be 0"),
        (lambda movie: MovieStats.objects.all().delete(), "has no statistics"),
        (lambda movie: Movie.objects.update(plain_title=""), "plain_title is '', should be 'alien'"),
        (lambda movie: Movie.objects.update(sort_title="a"), "sort_title is 'a', should be 'alien'"),
        (lambda movie: Director.objects.update(plain_name="x"), "plain_name is 'x', should be 'ridley scott'"),
        (lambda movie: Movie.objects.update(title="Aliens"), "title_key is 'alien', should be 'aliens'"),
        (lambda movie: Movie.objects.update(cover_bytes=7), "cover_bytes is 7, should be 0"),
        (lambda movie: User.objects.filter(pk=movie.user_id).update(skeleton=""), "skeleton is '', should be 'alice'"),
        (lambda movie: Director.objects.update(name="R. Scott"), "name_key is 'ridley scott', should be 'r. scott'"),
        (lambda movie: MovieDirector.objects.all().delete(), "directors are nobody, should be Ridley Scott"),
        (lambda movie: Movie.objects.update(director=None), "directors are Ridley Scott, should be nobody"),
        (lambda movie: Movie.objects.update(is_co_directed=True), "is_co_directed is True, should be False"),
        (lambda movie: SearchPosting.objects.first().delete(), "the search index does not match its texts"),
    ],
)
def test_each_difference_is_said_ends_with_1_and_can_be_mended(busy_movie, verify, spoil, said):
    spoil(busy_movie)
    code, out = verify()
    assert code == 1
    assert said in out
    assert verify()[0] == 1  # looking changes nothing
    assert verify(fix=True)[0] == 1
    assert verify() == (0, "1 movies verified, 0 differences.\n")


def test_the_length_of_a_cover_is_that_of_its_file_and_one_that_is_gone_is_left_alone(make_movie, verify):
    movie = make_movie("Alien", cover_image=ContentFile(b"12345", name="cover.jpg"))
    Movie.objects.update(cover_bytes=0)
    assert f"movie {movie.pk}: cover_bytes is 0, should be 5" in verify(fix=True)[1]
    assert verify()[0] == 0
    movie.refresh_from_db()
    movie.cover_image.storage.delete(movie.cover_image.name)
    assert verify()[0] == 0


def test_a_tally_that_is_wrong_is_said_and_mended(busy_movie, verify):
    Tally.objects.filter(kind=Tally.Kind.ALL).update(count=7)
    assert "tally of all 0 is 7, should be 1" in verify(fix=True)[1]
    assert verify()[0] == 0


def test_what_cannot_be_verified_to_the_end_is_no_difference(busy_movie, verify, monkeypatch):
    def fail(**options):
        raise OperationalError("database is locked")

    monkeypatch.setattr(search, "wrong_counts", fail)
    with pytest.raises(CommandError, match="database is locked") as error:
        verify()
    assert error.value.returncode == 2


def test_an_interruption_has_a_status_of_its_own(busy_movie, verify, monkeypatch):
    def interrupt(**options):
        raise KeyboardInterrupt

    monkeypatch.setattr(search, "wrong_counts", interrupt)
    with pytest.raises(CommandError, match="was not verified") as error:
        verify()
    assert error.value.returncode == 130


def test_a_database_without_tables_is_status_2_and_one_sentence(tmp_path):
    """In a process of its own, as an operator runs it."""
    run = [sys.executable, "manage.py", "verify"]
    url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    own = {"DATABASE_URL": url, "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    environment = {**os.environ, **own}
    done = subprocess.run(run, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "lacks migrations of this version" in done.stderr
    assert "Traceback" not in done.stderr
