"""Every order and every filter of the list has an index that serves it: the plans say so, on either database.

The data set is small, so PostgreSQL is told to avoid what no index serves. Where it still does, no index can.
"""

import re

import pytest
from django.db import connection, transaction
from django.db.models.functions import Cast, Length, Mod
from django.http import QueryDict

from benchmarks.dataset.generate import generate
from movies.catalogue.orderings import SORT_FIELDS, Order, field_of
from movies.filters import MovieFilter
from movies.models import Movie, MovieGenre, SearchWord

MOVIES, PAGE = 2000, 20
TABLES = "movies_movie|movies_moviestats|movies_moviedirector|movies_moviegenre|movies_searchposting"
POSTINGS = "posting_once_per_word|posting_best_first|sqlite_autoindex_movies_searchposting_1"
ORDERS = [sign + name for name in SORT_FIELDS for sign in ("", "-")]


@pytest.fixture(scope="module")
def data_set(django_db_setup, django_db_blocker):
    """Made once for all tests here, and rolled back when they are done."""
    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        generate(MOVIES)
        fill_what_is_unknown_of_all()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        yield
        transaction.set_rollback(True)
        atomic.__exit__(None, None, None)


def fill_what_is_unknown_of_all():
    """Gives numbers and texts to orderable columns of movies that the data set does not know, but for one movie in 50."""
    for field in SORT_FIELDS.values():
        if field.may_be_unknown and not Movie.objects.filter(**{f"{field.path}__isnull": False}).exists():
            known = Movie.objects.alias(rest=Mod("id", 50)).exclude(rest=0)
            known.update(**{field.path: Cast(Mod("id", 150), field_of(field.path))})


@pytest.fixture(autouse=True)
def _data_set(data_set, db):
    """Every test sees the data set, and plans that use indexes wherever there are any."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for way in ("seqscan", "sort", "incremental_sort", "hashjoin", "mergejoin"):
                cursor.execute(f"SET LOCAL enable_{way} = off")


def plan(movies):
    return movies.values_list("pk").explain()


def unserved(text):
    """The lines of a plan that read a whole table, or sort."""
    if connection.vendor == "postgresql":
        return re.findall(rf".*(?:Seq Scan on (?:{TABLES})\b|Sort\b).*", text)
    return re.findall(rf".*(?:SCAN (?:{TABLES})\b(?! USING)|TEMP B-TREE).*", text)


def a_key_in_the_middle(order):
    """A key half way down the known movies, of a value that others have too."""
    return order.rows(Movie.objects.all(), MOVIES // 3, 1)[0][1:]


@pytest.mark.parametrize("text", ORDERS)
def test_the_first_page_of_an_order_is_read_from_its_index(text):
    order = Order.parse(text)
    for part in order.parts(Movie.objects.all()):
        found = unserved(plan(part[:PAGE]))
        # SQLite's tables are indexes by id themselves: to go through one is to go through it in that order.
        assert [
            line for line in found if not (order.fields == ("id",) and line.strip().endswith("SCAN movies_movie"))
        ] == [], f"Ordering by {text!r} has no index: Movie.Meta.indexes (or MovieStats') need one on it and the id."


@pytest.mark.parametrize("text", ORDERS)
def test_a_step_of_an_order_begins_in_the_midst_of_its_index(text):
    order = Order.parse(text)
    known, unknown = a_key_in_the_middle(order), (None, MOVIES // 2)
    keys = [known, unknown] if len(order.parts(Movie.objects.all())) > 1 else [known]
    for key in keys:
        for step in (order.after, order.before):
            [first, *_] = step(Movie.objects.all(), key)
            found = plan(first[:PAGE])
            assert unserved(found) == []
            assert re.search(begins_at_key(order, key), found), found


def begins_at_key(order, key):
    """How a plan says that it goes to the place of a key, not through all rows before it."""
    columns = [path.removeprefix("stats__") for path in order.fields]
    if connection.vendor == "postgresql":
        is_by_id = len(columns) == 1 or key[0] is None
        return r"Index Cond: .*\bid [<>]" if is_by_id else rf"Index Cond: .*ROW\({', '.join(columns)}\) [<>]"
    if len(columns) == 1:
        return r"USING INTEGER PRIMARY KEY \(rowid[<>]\?\)"
    if key[0] is None:
        return rf"USING .* \({columns[0]}=\? AND id[<>]\?\)"
    # Among equal values of a table that is an index by id itself, SQLite passes those before the key one by one.
    return rf"USING .* \((?:{columns[0]}[<>]\?|\({columns[0]},{columns[1]}\)[<>]\(\?,\?\))\)"


# A query, and the index that leads to the movies that it leaves. A filter that is not here is one of a column with an
# index of its own: see served().
SERVED = {
    "director=5": "movie_director_of_director",
    "director=5,6": "movie_director_of_director",
    "genre=20": "movie_genre_of_genre",
    "genre=19,20": "movie_genre_of_genre|movie_genre_once",
    "genre_all=19,20": "movie_genre_of_genre",
    "genre_not=1,2": "movie_genre_of_genre|movie_genre_once",
    "year=1930": "movie_by_release_date",
    "min_year=2025": "movie_by_release_date",
    "max_year=1925": "movie_by_release_date",
    "released_after=2025-12-01": "movie_by_release_date",
    "released_before=1921-01-01": "movie_by_release_date",
    "min_duration=190": "movie_by_duration",
    "max_duration=46": "movie_by_duration",
    "min_rating=4.9": "stats_best_rated",
    "max_rating=0": "stats_best_rated",
    "min_ratings_count=100": "stats_most_ratings",
    "title={rare}": POSTINGS,
    "title=e+{rare}+a": POSTINGS,
}


@pytest.fixture
def rare():
    """A word of few titles."""
    return SearchWord.objects.alias(n=Length("text")).filter(n__gt=5).order_by("movies_count", "text")[0].text


def filtered(query):
    filters = MovieFilter(QueryDict(query), queryset=Movie.objects.all())
    assert filters.is_valid(), filters.errors
    return filters.qs


def served():
    """SERVED, and each filter that it lacks with the index that begins with the filter's column, or with None."""
    known = {query.partition("=")[0] for query in SERVED} | {"ordering"}
    others = {name: one.field_name for name, one in MovieFilter.base_filters.items() if name not in known}
    return SERVED | {f"{name}=1": index_on(column) for name, column in others.items()}


def index_on(column):
    indexes = Movie._meta.indexes
    return next((index.name for index in indexes if index.fields and index.fields[0].lstrip("-") == column), None)


def test_every_filter_has_an_index():
    for query, index in served().items():
        name = query.partition("=")[0]
        assert index, (
            f'The filter {name!r} has no index: add models.Index(fields=["{MovieFilter.base_filters[name].field_name}", '
            '"id"], …) to Movie.Meta.indexes; or, if another one serves it, the query and that index to SERVED here.'
        )


def test_a_filter_without_an_index_would_be_noticed_here():
    assert (index_on("duration"), index_on("description")) == ("movie_by_duration", None)
    assert {query.partition("=")[0] for query in served()} == MovieFilter.base_filters.keys() - {"ordering"}


@pytest.mark.parametrize(("query", "index"), served().items())
def test_what_a_filter_leaves_is_found_by_an_index(query, index, rare):
    found = plan(filtered(query.format(rare=rare)).order_by())
    assert re.search(rf"\b(?:{index})\b", found), found


@pytest.mark.parametrize("query", served())
@pytest.mark.parametrize("text", ["-id", "title", "-average_rating"])
def test_a_filtered_page_reads_no_whole_table(query, text, rare):
    """What is left may be sorted, or the movies gone through in their order until a page is full."""
    [movies, *_] = Order.parse(text).parts(filtered(query.format(rare=rare)))
    found = [line for line in unserved(plan(movies[:PAGE])) if "Sort" not in line and "TEMP B-TREE" not in line]
    assert [line for line in found if not (text == "-id" and line.strip().endswith("SCAN movies_movie"))] == []


@pytest.mark.parametrize(
    ("index", "text"),
    {
        "movie_by_sort_title": "title",
        "movie_by_release_date": "-release_date",
        "movie_by_duration": "duration",
        "movie_by_created_at": "-created_at",
        "movie_by_updated_at": "-updated_at",
        "stats_best_rated": "-average_rating",
        "stats_most_ratings": "-ratings_count",
        "stats_most_likes": "likes_count",
        "stats_most_favorites": "-favorites_count",
        "stats_most_comments": "-comments_count",
    }.items(),
)
def test_an_order_without_its_index_would_be_noticed_here(index, text):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX {index}")
        found = unserved(plan(Order.parse(text).parts(Movie.objects.all())[0][:PAGE]))
        transaction.set_rollback(True)
    assert found != []


def test_every_genre_of_a_movie_is_found_by_the_unique_index():
    found = plan(MovieGenre.objects.filter(movie=5).order_by())
    assert re.search("movie_genre_once|sqlite_autoindex_movies_moviegenre_1", found), found
