"""The listings of the read model give what the plain ORM gives, wherever they begin and whichever way they take."""

import random

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import F

from conftest import Person
from movies import catalogue, services
from movies.catalogue import listings, rankings
from movies.catalogue.orderings import Order
from movies.models import Favorite, Genre, Like, Movie
from rest.listings import RowListing

pytestmark = pytest.mark.django_db
NOBODY = AnonymousUser()
COUNT = 60


def ids(found):
    return [card.id for card in found.items]


@pytest.fixture(scope="module")
def bob(made_once):
    return Person("bob")


@pytest.fixture(scope="module")
def movies(bob):
    """Sixty movies of a large, a middling and a small genre, some deleted, with feedback here and there."""
    chance, people = random.Random("listings"), [bob, Person("charlie")]
    made = []
    for n in range(COUNT + 6):
        genres = ["Large", *(["Middling"] if n % 3 == 0 else []), *(["Small"] if n in (7, 50) else [])]
        about = {"genre_list": genres, "release_date": f"20{n % 20:02}-01-01"}
        made.append(services.add_movie(by=None, title=f"Movie {n}", **about))
    for movie in made[5:60:11]:
        services.delete_movie(movie=movie)
    kept = list(Movie.objects.order_by("-pk"))
    for movie in kept:
        for person in people:
            if chance.random() < 0.5:
                services.rate(movie_id=movie.pk, user=person.user, half_stars=chance.randint(1, 10))
            if chance.random() < 0.4:
                mark = chance.choice([Like, Favorite])
                services.set_mark(mark, movie_id=movie.pk, user=person.user, wanted=True)
    return kept


@pytest.mark.parametrize("order", ["-id", "id"])
@pytest.mark.parametrize("near", [0, 1000], ids=["by the ranges of ids", "by skipping"])
def test_the_whole_catalogue_from_any_place_on(movies, monkeypatch, near, order):
    monkeypatch.setattr(listings, "MAX_OFFSET", near)
    whole = catalogue.AllMovies(NOBODY, order)
    movies = movies if order == "-id" else movies[::-1]
    for start in range(len(movies) + 3):
        found = whole.slice(start, 7)
        assert found.total == len(movies)
        assert ids(found) == [movie.pk for movie in movies[start : start + 7]]
        assert found.has_more == (start + 7 < len(movies))


@pytest.mark.parametrize("order", ["-id", "id"])
def test_the_whole_catalogue_before_and_after_any_movie(movies, order):
    whole = catalogue.AllMovies(NOBODY, order)
    movies = movies if order == "-id" else movies[::-1]
    for place, movie in enumerate(movies):
        after, before = whole.after([movie.pk], 4), whole.before([movie.pk], 4)
        assert ids(after) == [other.pk for other in movies[place + 1 : place + 5]]
        assert ids(before) == [other.pk for other in movies[max(0, place - 4) : place]]
        assert after.total == before.total == len(movies)
        assert (before.has_more, after.has_more) == (place > 4, place + 5 < len(movies))


@pytest.mark.parametrize("column", rankings.COLUMNS)
@pytest.mark.parametrize("name", ["large", "MIDDLING", "Small"])
def test_the_best_of_a_genre_are_the_same_whether_one_walks_or_sorts(movies, name, column):
    genre = Genre.objects.named(name).get()
    ordered = Movie.objects.filter(genres=genre).order_by(F(f"stats__{column}").desc(), "-pk")
    expected = list(ordered.values_list("pk", f"stats__{column}"))
    found = catalogue.genre_named(name)
    assert (found.id, found.movies, found.of_all) == (genre.pk, len(expected), len(movies))
    for way in (rankings.WALKING, rankings.SORTING):
        cards, _ = way[column].fetch(NOBODY, genre.pk, 5, 1)
        assert [card.id for card in cards] == [pk for pk, _ in expected[1:6]]
    listing = catalogue.GenreListing(NOBODY, found, f"-{column}")
    everything = listing.slice(0, 100)
    assert [listing.key_of(card) for card in everything.items] == [(value, pk) for pk, value in expected]
    assert everything.total == len(expected)


@pytest.mark.parametrize("order", ["-id", "-average_rating", "-likes_count"])
def test_a_genre_can_be_gone_through_from_any_of_its_movies(movies, order):
    listing = catalogue.GenreListing(NOBODY, catalogue.genre_named("middling"), order)
    everything = listing.slice(0, 100)
    assert everything.total == len(everything.items)
    for place, card in enumerate(everything.items):
        after, before = listing.after(listing.key_of(card), 3), listing.before(listing.key_of(card), 3)
        assert ids(after) == ids(everything)[place + 1 : place + 4]
        assert ids(before) == ids(everything)[max(0, place - 3) : place]
        assert (before.has_more, after.has_more) == (place > 3, place + 4 < everything.total)


def test_any_queryset_in_any_order_from_any_place_on(movies):
    for text in ("title", "-release_date", "duration", "-average_rating,title"):
        order = Order.parse(text)
        expected = [pk for part in order.parts(Movie.objects.all()) for pk in part.values_list("pk", flat=True)]
        listing = catalogue.QuerySetListing(NOBODY, Movie.objects.all(), order)
        for start in (0, 3, len(movies) - 2, len(movies)):
            found = listing.slice(start, 5)
            assert (ids(found), found.total) == (expected[start : start + 5], len(movies))


@pytest.mark.parametrize("order", [("id",), ("-id",), ("duration", "id"), ("-duration", "id"), ("duration", "-id")])
def test_rows_can_be_gone_through_from_any_of_them(movies, order):
    for place, movie in enumerate(movies):
        Movie.objects.filter(pk=movie.pk).update(duration=90 + place % 4)
    listing = RowListing(Movie.objects.order_by(*order))
    expected = list(Movie.objects.order_by(*order))
    assert list(listing.slice(0, 100).items) == expected
    for place, movie in enumerate(expected):
        after, before = listing.after(listing.key_of(movie), 5), listing.before(listing.key_of(movie), 5)
        assert list(after.items) == expected[place + 1 : place + 6]
        assert list(before.items) == expected[max(0, place - 5) : place]
        assert after.total == before.total == len(expected)
        assert (before.has_more, after.has_more) == (place > 5, place + 6 < len(expected))


def test_the_rankings_are_those_of_the_orm(movies):
    liked = Movie.objects.filter(stats__favorites_count__gt=0).order_by("-stats__favorites_count", "-pk")
    newest = Movie.objects.filter(release_date__isnull=False).order_by("-release_date", "-pk")
    assert [card.id for card in catalogue.most_liked(50, NOBODY)] == list(liked.values_list("pk", flat=True)[:50])
    assert [card.id for card in catalogue.newest(5, NOBODY)] == list(newest.values_list("pk", flat=True)[:5])


def test_the_categories_are_those_of_the_orm(movies):
    Genre.objects.create(name="Empty")
    found = catalogue.Categories(5).slice(0, 100)
    expected = []
    for genre in Genre.objects.filter(movies__isnull=False).distinct().order_by("name_key"):
        best = Movie.objects.filter(genres=genre).order_by("-stats__favorites_count", "-pk")[:5]
        expected.append((genre.pk, genre.name, [movie.pk for movie in best]))
    assert [tuple(category) for category in found.items] == expected
    assert found.total == len(expected) == 3
    assert catalogue.Categories(5).slice(1, 1).items[0].name == expected[1][1]
    assert catalogue.Categories(5).slice(9, 1)[:2] == ([], 3)


def test_what_was_shown_to_one_is_not_shown_to_another(movies, bob):
    favorite = Favorite.objects.by(bob.user).first().movie_id
    for _ in range(2):
        assert catalogue.read([favorite], NOBODY)[0].favorite is False
        assert catalogue.read([favorite], bob.user)[0].favorite is True
