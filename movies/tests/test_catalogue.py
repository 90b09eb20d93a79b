"""The read model answers exactly as the plain ORM and the serializers do, in every dialect, to every reader."""

import json
from datetime import date
from random import Random

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.test import RequestFactory

from movies import catalogue, services
from movies.dialects.classic import ClassicMovieSerializer
from movies.dialects.community import CommunityMovieSerializer
from movies.dialects.compact import CompactMovieSerializer
from movies.models import Favorite, Like, Movie
from movies.serializers import MovieSerializer
from movies.tests.pictures import picture
from rest.renderers import ORJSONRenderer

SHAPES = [MovieSerializer, CommunityMovieSerializer, CompactMovieSerializer, ClassicMovieSerializer]
DIRECTORS = ["Agnès Varda", "O'Hara", 'Quo"ted\\', "[1, 2]"]
GENRES = ["Drama", "Comedy", 'Quo"ted\\', "Ærø", "{}", "1984"]


@pytest.fixture
def many_movies(alice, bob, charlie, make_movie):
    """Movies with every combination of what may be missing, and feedback at random."""
    random, people = Random(5), [alice, bob, charlie]
    for number in range(40):
        chosen = random.sample(GENRES, random.randrange(4))
        movie = make_movie(
            f"Film {number} {random.choice(['é', '“”', chr(10), '🎬', ''])}".strip(),
            by=random.choice([*people, None]),
            description=random.choice(["", "A\ttab, a \u2028 and a \x7f."]),
            release_date=random.choice([None, date(1895 + number, 12, 28)]),
            duration=random.choice([None, 1, 60_000]),
            director_list=random.sample(DIRECTORS, random.randrange(4)),
            genre_list=chosen,
        )
        for person in random.sample(people, random.randrange(4)):
            if movie.user != person.user:
                services.rate(movie_id=movie.pk, user=person.user, half_stars=random.randint(1, 10))
            services.set_mark(random.choice([Like, Favorite]), movie_id=movie.pk, user=person.user, wanted=True)
    return list(Movie.objects.values_list("pk", flat=True))


def in_json(data):
    return json.loads(ORJSONRenderer().render(data))


@pytest.mark.parametrize("serializer_class", SHAPES)
@pytest.mark.parametrize("reader", ["anonymous", "alice", "charlie"])
def test_every_movie_reads_as_the_orm_and_the_serializer_say(request, many_movies, media, serializer_class, reader):
    user = AnonymousUser() if reader == "anonymous" else request.getfixturevalue(reader).user
    covered = Movie.objects.get(pk=many_movies[0])
    covered.cover_image.save("cover.jpg", ContentFile(picture()))
    http = RequestFactory().get("/")
    context = {"request": http}

    def address_of(name):
        return http.build_absolute_uri(covered.cover_image.storage.url(name))

    shape = catalogue.shape_of(serializer_class)
    cards = [shape(card, address_of) for card in catalogue.read(many_movies, user)]
    plain = Movie.objects.complete().as_seen_by(user).in_bulk(many_movies)
    expected = serializer_class([plain[pk] for pk in many_movies], many=True, context=context).data
    assert in_json(cards) == in_json(expected)
    assert [list(card) for card in cards] == [list(movie) for movie in expected]  # in the same order of keys


def test_the_order_asked_for_is_the_order_given_and_what_is_gone_is_left_out(many_movies):
    wanted = [many_movies[5], 10**15, many_movies[2], many_movies[9]]
    found = [card.id for card in catalogue.read(wanted, AnonymousUser())]
    assert found == [many_movies[5], many_movies[2], many_movies[9]]


def test_any_number_of_movies_is_one_query(many_movies, alice, django_assert_num_queries):
    catalogue.read(many_movies, alice.user)  # learns the names of the genres
    for count in (1, 40):
        with django_assert_num_queries(1):
            assert len(catalogue.read(many_movies[:count], alice.user)) == count
    with django_assert_num_queries(0):
        assert catalogue.read([], alice.user) == []


def test_a_readers_marks_are_shown_to_nobody_else(anonymous, alice, bob, charlie, movie):
    services.set_mark(Like, movie_id=movie.pk, user=bob.user, wanted=True)
    services.rate(movie_id=movie.pk, user=bob.user, half_stars=9)
    expected = {anonymous: (False, None), bob: (True, 4.5), charlie: (False, None)}
    for reader in (anonymous, bob, charlie, bob, anonymous):
        for shown in (
            reader.get("/api/v1/movies/").json()["results"][0],
            reader.get(f"/api/v1/movies/{movie.pk}/").json(),
        ):
            assert (shown["liked"], shown["my_rating"]) == expected[reader]


def test_a_row_becomes_a_card_once_whoever_asks_and_through_whichever_list(bob, charlie, movie):
    [card] = catalogue.read([movie.pk], AnonymousUser())
    services.set_mark(Like, movie_id=movie.pk, user=bob.user, wanted=True)
    [liked] = catalogue.read([movie.pk], charlie.user)
    [listed] = catalogue.AllMovies(AnonymousUser()).slice(0, 20).items
    [own] = catalogue.read([movie.pk], bob.user)
    assert (card.likes_count, liked.likes_count) == (0, 1)
    assert listed is liked
    assert own is not liked
