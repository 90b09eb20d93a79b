"""The tallies of movies are exact after everything that can happen to the catalogue."""

import pytest

from movies import services, tallies
from movies.models import Genre, Tally


def kept():
    return {(tally.kind, tally.key): tally.count for tally in Tally.objects.all() if tally.count}


@pytest.fixture
def movie(make_movie, alice):
    return make_movie("Alien", by=alice, genre_list=["Horror", "Science Fiction"])


def test_an_added_movie_is_counted_in_all_its_tallies(movie):
    horror = Genre.objects.get(name="Horror")
    assert kept()[tallies.TOTAL] == kept()[tallies.Kind.GENRE, horror.pk] == 1
    assert kept() == tallies.expected()


def test_changed_genres_move_the_movie_from_one_tally_to_another(movie, alice):
    services.change_movie(movie=movie, by=alice.user, genre_list=["Horror", "Drama"])
    assert Tally.objects.get(kind=tallies.Kind.GENRE, key=Genre.objects.get(name="Science Fiction").pk).count == 0
    assert kept() == tallies.expected()


def test_a_deleted_movie_is_taken_out_of_every_tally(movie):
    services.delete_movie(movie=movie)
    assert kept() == {}


def test_verify_says_and_mends_what_is_wrong(movie):
    Tally.objects.filter(kind=tallies.Kind.ALL).update(count=7)
    assert tallies.all_differences(fix=True) == ["tally of all 0 is 7, should be 1"]
    assert tallies.all_differences() == []


def test_a_tally_of_a_kind_that_there_is_not_is_said_too(movie):
    Tally.objects.create(kind=4, key=0, count=3)  # as releases before this one had it
    assert tallies.all_differences() == ["tally of unknown kind 4, 0 is 3, should be 0"]
