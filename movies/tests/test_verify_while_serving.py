"""`verify` while everything is written to: it ends, and finds no difference that is none; what it mends is mended."""

import threading
from io import BytesIO
from itertools import count

import orjson
import pytest
from django.db import connection, connections

from accounts.models import User
from accounts.services import delete_account
from movies import services, verification
from movies.importing import Report, import_stream
from movies.models import Favorite, Like, Movie, MovieStats, Tally
from rest.database.snapshot import snapshot

pytestmark = pytest.mark.django_db(transaction=True)
MOVIES, BATCH = 60, 7


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(verification, "BATCH", BATCH)


@pytest.fixture
def catalogue(bob):
    for number in range(MOVIES):
        names = {"director": f"Director {number % 5}", "genre_list": [["Horror", "Drama", "Comedy"][number % 3]]}
        services.add_movie(by=None, title=f"Movie {number}", **names)
    return list(Movie.objects.order_by("pk"))


def give_feedback(number, movies):
    user, movie = User.objects.get(username="bob"), movies[number % MOVIES]
    for mark in (Like, Favorite):
        services.set_mark(mark, movie_id=movie.pk, user=user, wanted=None)
    services.rate(movie_id=movie.pk, user=user, half_stars=1 + number % 10)
    services.comment(movie=movie, user=user, text="Hm.")


def change(number, movies):
    movie = Movie.objects.get(pk=movies[number % MOVIES].pk)
    services.change_movie(movie=movie, by=None, title=f"Title {number}", genre_list=[f"Genre {number % 9}", "Drama"])


def add_and_delete(number, movies):
    services.delete_movie(movie=services.add_movie(by=None, title=f"New {number}", genre_list=["Horror"]))


def import_some(number, movies):
    lines = [{"title": f"Imported {number} {row}", "genres": ["Drama", "Imported"]} for row in range(3)]
    file = BytesIO(b"\n".join(map(orjson.dumps, lines)))
    assert list(import_stream(file, Report(), print))


def come_and_go(number, movies):
    user = User.objects.create_user(f"user{number}")
    for movie in movies[::9]:
        services.set_mark(Like, movie_id=movie.pk, user=user, wanted=True)
    delete_account(user=user)


WRITERS = [give_feedback, change, add_and_delete, import_some, come_and_go]


class Writing:
    """Writers at work, each in a thread of its own, while the block runs. What one of them raises is raised at its end."""

    def __init__(self, writers, movies):
        self.errors, self.rounds, self.stop, self.movies = [], [0] * len(writers), threading.Event(), movies
        self.threads = [threading.Thread(target=self.work, args=item) for item in enumerate(writers)]

    def work(self, place, writer):
        try:
            for number in count():
                if self.stop.is_set():
                    break
                writer(number, self.movies)
                self.rounds[place] = number + 1
                self.stop.wait(0.01)  # SQLite is not fair: without a pause one writer would keep out the others
        except Exception as error:
            self.errors.append(error)
        finally:
            connections.close_all()

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        while not self.errors and not all(self.rounds):
            self.stop.wait(0.01)
        return self

    def __exit__(self, *exception):
        self.stop.set()
        for thread in self.threads:
            thread.join()
        assert self.errors == []


def test_it_finds_nothing_while_everything_is_written_to(catalogue):
    with Writing(WRITERS, catalogue) as writing:
        before = list(writing.rounds)
        for _ in range(3):
            assert list(verification.differences()) == []
        assert writing.rounds != before or writing.errors
    assert list(verification.differences()) == []


def test_it_mends_while_everything_is_written_to(catalogue):
    kept = [movie.pk for movie in catalogue[::4]]
    with Writing(WRITERS, catalogue):
        MovieStats.objects.filter(pk__in=kept).update(comments_count=1000)
        Tally.objects.filter(kind=Tally.Kind.ALL).update(count=1)
        found = list(verification.differences(fix=True))
    assert sum("comments_count is 1000" in said for said in found) >= len(kept) // 2
    assert any(said.startswith("tally of all 0 is ") for said in found)
    assert list(verification.differences()) == []


def test_a_writer_comes_between_any_two_batches(catalogue, bob):
    """On the same connection, where a cursor that stays open would be found out."""
    left = list(catalogue)

    def write(finished):
        services.set_mark(Like, movie_id=left.pop().pk, user=bob.user, wanted=True)

    assert list(verification.differences(write)) == []
    assert Like.objects.count() == -(-MOVIES // BATCH)


def test_a_snapshot_is_of_one_moment_and_keeps_nobody_waiting(catalogue, bob):
    with snapshot():
        before = Like.objects.count()
        thread = threading.Thread(target=like_and_close, args=(catalogue[0], bob))
        thread.start()
        thread.join()
        assert Like.objects.count() == before
    assert Like.objects.count() == before + 1
    if connection.vendor == "sqlite":
        assert connection.transaction_mode == "IMMEDIATE"


def like_and_close(movie, who):
    services.set_mark(Like, movie_id=movie.pk, user=who.user, wanted=True)
    connections.close_all()
