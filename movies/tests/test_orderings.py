"""Orders of movies, held to Python's own sort: whole, by places, and stepping from every movie in both directions."""

from datetime import UTC, date, datetime, timedelta
from functools import cmp_to_key
from itertools import chain, islice
from random import Random

import pytest
from django.db.models import F

from movies.catalogue.orderings import SORT_FIELDS, Order
from movies.models import Movie, MovieStats

ALONE = [sign + name for name in SORT_FIELDS for sign in ("", "-")]
TOGETHER = [
    "-likes_count,title",
    "-average_rating,-ratings_count",
    "release_date,-duration",
    "-release_date,duration,-likes_count",
    "title,-release_date",
    "-duration,id",
    "release_date,-id",
    "-likes_count,id",
    "comments_count,-favorites_count,title,-created_at",
]
MOVIES, STEP = 36, 5


def some(random, **fields):
    """A movie and its statistics, with so few values that many are equal, and every fourth one unknown."""
    movie = Movie(
        title=random.choice(["alien", "brazil", "casablanca"]),
        release_date=random.choice([None, date(1979, 5, 25), date(1982, 6, 25), date(1985, 2, 20)]),
        duration=random.choice([None, 90, 117, 143]),
        **fields,
    )
    ratings_count = random.randrange(3)
    stats = MovieStats(
        movie=movie,
        ratings_count=ratings_count,
        ratings_sum=ratings_count * random.randrange(1, 11),
        **{name: random.randrange(3) for name in ("likes_count", "favorites_count", "comments_count")},
    )
    return movie, stats


def add(random, number):
    movies, stats = zip(*(some(random) for _ in range(number)), strict=True)
    Movie.objects.bulk_create(movies)
    MovieStats.objects.bulk_create(stats)
    for movie in movies:  # times that differ by a microsecond, or not at all
        times = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=random.randrange(4)) for _ in range(2)]
        Movie.objects.filter(pk=movie.pk).update(created_at=times[0], updated_at=times[1])
    return [movie.pk for movie in movies]


@pytest.fixture(scope="module")
def _movies(django_db_setup, django_db_blocker):
    """Made once for all tests here, and deleted when they are done."""
    with django_db_blocker.unblock():
        ids = add(Random(1), MOVIES)
    yield
    with django_db_blocker.unblock():
        Movie.objects.filter(pk__in=ids).delete()


@pytest.fixture(autouse=True)
def _all_movies(_movies, db):
    """Every test sees them."""


def in_python(order):
    """The keys of all movies, sorted without the database."""

    def compare(one, other):
        for term, a, b in zip(order.terms, one, other, strict=True):
            if a != b:
                if a is None or b is None:
                    return 1 if a is None else -1
                return (1 if a > b else -1) * (-1 if term.is_descending else 1)
        return 0

    return sorted(Movie.objects.order_by().values_list(*order.fields), key=cmp_to_key(compare))


def first(querysets, order, number=None):
    """The keys of the first movies of several querysets, one after the other."""
    return list(islice(chain.from_iterable(movies.values_list(*order.fields) for movies in querysets), number))


@pytest.mark.parametrize("text", ALONE + TOGETHER)
def test_an_order_is_the_same_whole_in_parts_and_in_one_statement(text):
    order, movies = Order.parse(text), Movie.objects.all()
    expected = in_python(order)
    assert len(expected) == MOVIES
    assert first([order.sorted(movies)], order) == expected
    assert first([movies.order_by(*order.expressions())], order) == expected
    assert first([order.sorted(movies, backwards=True)], order) == expected[::-1]
    assert first(order.parts(movies), order) == expected
    assert first(order.parts(movies, backwards=True), order) == expected[::-1]


@pytest.mark.parametrize("text", ALONE + TOGETHER)
def test_from_every_movie_it_goes_on_to_those_after_and_those_before(text):
    order, movies = Order.parse(text), Movie.objects.all()
    expected = in_python(order)
    for place, key in enumerate(expected):
        assert first(order.after(movies, key), order) == expected[place + 1 :]
        assert first(order.before(movies, key), order) == expected[:place][::-1]


@pytest.mark.parametrize("text", ALONE + TOGETHER)
def test_a_place_has_the_rows_of_that_place(text):
    order, movies = Order.parse(text), Movie.objects.all()
    expected = [(key[-1], *key) for key in in_python(order)]
    for start in range(MOVIES + 2):
        for size in (1, STEP, MOVIES):
            assert order.rows(movies, start, size) == expected[start : start + size]


@pytest.mark.parametrize("text", ["-release_date", "duration", "-likes_count", "title,-release_date"])
def test_it_steps_through_those_that_a_filter_leaves(text):
    order, movies = Order.parse(text), Movie.objects.filter(stats__likes_count__gt=0, title_key="alien")
    expected = [key for key in in_python(order) if movies.filter(pk=key[-1]).exists()]
    assert 2 < len(expected) < MOVIES
    for place, key in enumerate(expected):
        assert first(order.after(movies, key), order) == expected[place + 1 :]
        assert order.rows(movies, place, STEP) == [(row[-1], *row) for row in expected[place : place + STEP]]


@pytest.mark.parametrize("text", ALONE + TOGETHER)
@pytest.mark.parametrize("is_forwards", [True, False], ids=["forwards", "backwards"])
def test_who_steps_through_a_changing_list_meets_every_lasting_movie_once(text, is_forwards):
    order, movies, random = Order.parse(text), Movie.objects.all(), Random(2)
    lasting = in_python(order)
    met = first(order.parts(movies, backwards=not is_forwards), order, STEP)
    page = met
    while page:
        # Some come, for a while, and the one at which we go on is deleted.
        if len(met) < MOVIES:
            add(random, 3)
        Movie.objects.filter(pk=page[-1][-1]).delete()
        step = order.after if is_forwards else order.before
        page = first(step(movies, page[-1]), order, STEP)
        met = met + page
    assert len(set(met)) == len(met)
    assert [key for key in met if key in set(lasting)] == (lasting if is_forwards else lasting[::-1])


def test_a_key_may_have_been_text_in_between():
    order, movies = Order.parse("-created_at"), Movie.objects.all()
    key = in_python(order)[MOVIES // 2]
    as_text = (key[0].isoformat(), key[1])
    assert first(order.after(movies, as_text), order) == first(order.after(movies, key), order)


@pytest.mark.parametrize(
    ("text", "canonical", "fields"),
    [
        ("", "-id", ("id",)),
        ("id", "id", ("id",)),
        ("title", "title", ("sort_title", "id")),
        ("-likes_count", "-likes_count", ("stats__likes_count", "stats__movie_id")),
        ("-likes_count,-id", "-likes_count", ("stats__likes_count", "stats__movie_id")),
        ("-likes_count,id", "-likes_count,id", ("stats__likes_count", "id")),
        (" , ", "-id", ("id",)),
        (",title,", "title", ("sort_title", "id")),
        (" title , -duration", "title,-duration", ("sort_title", "duration", "id")),
        ("title,-title,duration", "title,duration", ("sort_title", "duration", "id")),
        ("-id,title", "-id", ("id",)),
    ],
)
def test_an_order_has_one_text_and_a_key(text, canonical, fields):
    order = Order.parse(text)
    assert (str(order), order.fields) == (canonical, fields)
    assert Order.parse(canonical) == order


@pytest.mark.parametrize("text", ["-", "password", "--id", "title,-", "title,nonsense", "user__password", "ID"])
def test_an_unknown_name_is_refused(text):
    with pytest.raises(ValueError, match="no order by"):
        Order.parse(text)


def test_the_id_goes_in_the_direction_of_the_term_before_it():
    assert Order.parse("title,-likes_count").expressions()[-1] == F("stats__movie_id").desc()
    assert Order.parse("-likes_count,title").expressions()[-1] == F("id").asc()
