"""Every list of every dialect is a page, and says in `Link` where the others are."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model

from accounts.models import User
from collections_app.dialects.collector import CollectorPagination
from collections_app.models import Collection
from movies import services, tallies
from movies.models import Comment, Director, Genre, Like, Movie, MovieGenre, MovieStats, Rating
from rest.pagination import WholeArrayPagination
from rest.tests.helpers import detail_of, fields_named, is_problem

TOTAL = 130  # more than the largest page


def users(alice: Any) -> list[User]:
    names = (f"user{number}" for number in range(TOTAL - User.objects.count()))
    User.objects.bulk_create(User(username=name, username_key=name) for name in names)
    return list(User.objects.order_by("pk"))


def movies(alice: Any) -> list[Movie]:
    genre = Genre.objects.create(name="Drama")
    director = Director.objects.create(name="XYZ")
    made = Movie.objects.bulk_create(Movie(title="Common word", director=director) for _ in range(TOTAL))
    MovieStats.objects.bulk_create(MovieStats(movie=movie) for movie in made)
    MovieGenre.objects.bulk_create(MovieGenre(movie=movie, genre=genre) for movie in made)
    services.search.index(Movie.objects.all())
    tallies.all_differences(fix=True)
    return made


def ratings(alice: Any) -> None:
    made = movies(alice)
    now = datetime.now(UTC)
    Rating.objects.bulk_create(Rating(user=alice.user, movie=movie, half_stars=4, created_at=now) for movie in made)


def feedback_on_one(alice: Any) -> None:
    movie = services.add_movie(by=None, title="Alien")
    everybody = users(alice)
    Like.objects.bulk_create(Like(user=user, movie=movie) for user in everybody)
    Rating.objects.bulk_create(Rating(user=user, movie=movie, half_stars=4) for user in everybody)
    Comment.objects.bulk_create(Comment(user=user, movie=movie, text="hi") for user in everybody)
    MovieStats.objects.update(likes_count=TOTAL)


def collections(alice: Any) -> None:
    Collection.objects.bulk_create(Collection(user=alice.user, title="t", description="d") for _ in range(TOTAL))


def names(model: type) -> Callable[[Any], None]:
    def make(alice: Any) -> None:
        model.objects.bulk_create(model(name=f"Name {n:03}", name_key=f"name {n:03}") for n in range(TOTAL))

    return make


@dataclass(frozen=True)
class List:
    path: str
    make: Callable[[Any], Any]
    items: str = "results"  # where the items are; "" in a bare array
    is_whole: bool = False  # everything up to a thousand items, unless asked otherwise
    model: type[Model] | None = None  # of what goes on with a cursor: what an item is, by its id or uuid

    @property
    def size(self) -> int:
        return TOTAL if self.is_whole else 20

    @property
    def is_strict(self) -> bool:
        return self.path.startswith("/api/v1/")

    def of(self, body: Any) -> list[Any]:
        for name in filter(None, self.items.split(".")):
            body = body[name]
        assert isinstance(body, list)
        return body

    def envelope(self, body: Any) -> Any:
        return body.get("data", body)


LISTS = [
    List("/api/v1/users/", users, model=User),
    List("/api/v1/movies/", movies, model=Movie),
    List("/api/v1/movies/?ordering=title", movies, model=Movie),
    List("/api/v1/movies/search/?q=common", movies),
    List("/api/v1/movies/genre/?genre=drama", movies, model=Movie),
    List("/api/v1/ratings/", ratings, model=Rating),
    List("/api/v1/movies/{movie}/comments/", feedback_on_one, model=Comment),
    List("/api/v1/movies/{movie}/ratings/", feedback_on_one, model=Rating),
    List("/api/v1/movies/{movie}/like/", feedback_on_one, "likes", model=Like),
    List("/api/v1/directors/", names(Director), model=Director),
    List("/api/v1/genres/", names(Genre), model=Genre),
    List("/api/v1/collections/", collections, model=Collection),
    List("/api/auth/movies", movies, "", is_whole=True, model=Movie),
    List("/api/auth/rating", ratings, "", is_whole=True, model=Rating),
    List("/movies/", movies, model=Movie),
    List("/movies/search/?q=common", movies, "", is_whole=True),
    List("/movies/genre/?genre=drama", movies, "", is_whole=True, model=Movie),
    List("/movies/{movie}/comments/", feedback_on_one, "", is_whole=True, model=Comment),
    List("/movies/{movie}/like/", feedback_on_one, "likes", model=Like),
    List("/collection/", collections, "data.collections", is_whole=True, model=Collection),
    List("/", movies, "", is_whole=True, model=Movie),
    List("/api/movies/", movies, "", is_whole=True, model=Movie),
    List("/api/movies/search/?q=common", movies, "", is_whole=True),
    List("/api/users/", users, "", is_whole=True, model=User),
]


@pytest.fixture(params=LISTS, ids=lambda case: case.path)
def case(request, alice):
    request.param.make(alice)
    return request.param


@pytest.fixture
def get(case, alice):
    """GETs the list with more query parameters: `get(page=2)`."""

    def get(**query):
        path = case.path.format(movie=getattr(Movie.objects.first(), "pk", 1))
        parameters = "&".join(f"{name}={value}" for name, value in query.items())
        joint = "&" if "?" in path else "?"
        return alice.get(path + (joint + parameters if parameters else ""))

    return get


def links(response) -> dict[str, str]:
    found = re.findall(r'<([^>]*)>; rel="(\w+)"', response["Link"])
    assert ", ".join(f'<{address}>; rel="{rel}"' for address, rel in found) == response["Link"]
    return {rel: address for address, rel in found}


def test_a_page_has_twenty_items_and_a_whole_array_has_all_unless_asked_otherwise(case, get):
    response = get()
    assert response.status_code == 200
    assert len(case.of(response.json())) == case.size


def test_page_size_is_obeyed_up_to_a_hundred_or_a_thousand(case, get):
    most = TOTAL if case.is_whole else 100
    sizes = {"7": 7, "007": 7, "100": 100, "101": min(101, most), "1000000": most, "1" * 30: most, "1" * 5000: most}
    for asked, got in sizes.items():
        assert len(case.of(get(page_size=asked).json())) == got


def test_a_page_size_that_is_no_positive_number_is_refused_in_the_canonical_api_and_ignored_elsewhere(case, get):
    for asked in ("0", "-1", "x", "", "1.5", "1e2", "%00", "%ff", "%D9%A1", "0" * 5000):
        response = get(page_size=asked)
        if case.is_strict:
            assert set(fields_named(response)) == {"page_size"}
        else:
            assert len(case.of(response.json())) == case.size


@pytest.mark.parametrize("kind", [WholeArrayPagination, CollectorPagination])
def test_beyond_its_limit_a_whole_array_is_a_page_like_any_other(monkeypatch, alice, kind):
    for name in ("page_size", "max_page_size"):
        monkeypatch.setattr(kind, name, 100)
    for case in LISTS:
        if not case.is_whole or (kind is CollectorPagination) != (case.path == "/collection/"):
            continue
        with transaction.atomic():
            case.make(alice)
            path = case.path.format(movie=getattr(Movie.objects.first(), "pk", 1))
            first = alice.get(path)
            assert set(links(first)) == {"first", "next", "last"}
            second = alice.get(links(first)["next"])
            assert set(links(second)) == {"first", "prev", "last"}
            assert [len(case.of(page.json())) for page in (first, second)] == [100, TOTAL - 100]
            transaction.set_rollback(True)


@pytest.mark.parametrize("case", [case for case in LISTS if case.model], indirect=True, ids=lambda case: case.path)
def test_nothing_is_left_out_because_something_was_deleted_meanwhile(case, get, alice):
    everything = case.of(get(page_size=100).json())
    first = get(page_size=30)
    for item in case.of(first.json())[10:13]:
        remove(case.model, item)
    second = alice.get(links(first)["next"])
    keys = [key_of(item) for item in everything]
    assert [key_of(item) for item in case.of(second.json())] == keys[30:60]
    third = alice.get(links(second)["next"])
    assert [key_of(item) for item in case.of(third.json())] == keys[60:90]
    assert [key_of(item) for item in case.of(alice.get(links(third)["prev"]).json())] == keys[30:60]
    assert "prev" not in links(alice.get(links(second)["prev"]))


def key_of(item: Any) -> Any:
    return item.get("id") or item["uuid"]


def remove(model: type[Model], item: Any) -> None:
    if model is Like:
        Like.objects.filter(user=item["id"]).delete()
    elif model is Movie:
        services.delete_movie(movie=Movie.objects.get(pk=item["id"]))
    else:
        model._default_manager.filter(**{name: item[name] for name in ("id", "uuid") if name in item}).delete()


def test_a_bad_page_is_404_in_the_shape_of_the_mount(case, get):
    for page in ("0", "-1", "3", "x", "1.5", "1e2", "%00", "%ff", "9" * 30, "9" * 5000, "NaN"):
        response = get(page=page, page_size=100)
        assert response.status_code == 404
        assert is_problem(response) == case.is_strict


def test_the_pages_together_are_the_list_and_each_item_is_on_one(case, get):
    seen = [str(item) for page in (1, 2) for item in case.of(get(page=page, page_size=100).json())]
    assert len(seen) == len(set(seen)) == TOTAL


def test_the_link_header_leads_from_the_first_page_to_the_last(case, get, alice):
    first = get(page_size=50)
    assert set(links(first)) == {"first", "next", "last"}
    second = alice.get(links(first)["next"])
    assert set(links(second)) == {"first", "prev", "next", "last"}
    third = alice.get(links(second)["next"])
    assert set(links(third)) == {"first", "prev", "last"}
    assert len(case.of(third.json())) == TOTAL - 100
    for other in (links(second)["last"], links(first)["last"]):
        assert alice.get(other).json() == third.json()
    for other in (links(second)["prev"], links(third)["first"]):
        assert alice.get(other).json() == first.json()


def test_an_envelope_says_the_same_as_the_link_header(case, get):
    response = get(page=2, page_size=50)
    body = response.json()
    if isinstance(body, list):
        assert case.items == ""
        return
    envelope = case.envelope(body)
    assert envelope["next"] == links(response)["next"]
    assert envelope["previous"] == links(response)["prev"]
    assert envelope.get("count", envelope.get("likes_count")) == TOTAL


@pytest.mark.parametrize(
    "path", ["/api/v1/movies/", "/api/auth/movies", "/movies/", "/", "/api/auth/rating", "/api/v1/genres/"]
)
def test_an_empty_list_is_one_empty_page(anonymous, path):
    response = anonymous.get(path)
    body = response.json()
    assert (body if isinstance(body, list) else body["results"]) == []
    assert set(links(response)) == {"first", "last"}
    assert anonymous.get(f"{path}?page=1").status_code == 200
    assert anonymous.get(f"{path}?page=2").status_code == 404


@pytest.mark.parametrize("prefix", ["/api/v1/movies/", "/movies/"])
def test_the_short_lists_are_bare_arrays_with_a_link_header_too(anonymous, alice, prefix):
    movies(alice)
    for name in ("categories", "most-liked", "newest"):
        response = anonymous.get(f"{prefix}{name}/")
        assert isinstance(response.json(), list)
        assert {"first", "last"} <= set(links(response))


@pytest.mark.parametrize(
    "query",
    [
        "title=common&ordering=title",
        "ordering=title&ordering=-release_date",
        "ordering=-release_date&ordering=title",
        "title=%63ommon&genre=drama&genre=9",
        "title=common%20word",
        "title=common+word&director=",
        "title=%ff",
        "title=%E4%B8%83&title=common",
        "title=common&genre_not=a%26b%3D%23%3E%22",
    ],
)
def test_links_repeat_the_other_parameters_as_they_were_sent(anonymous, alice, query):
    movies(alice)
    for place in ("page_size=50", "page=1&page_size=50", "page_size=50&%70age=1"):
        response = anonymous.get(f"/movies/?{query}&{place}")
        assert response.status_code == 200
        for address in links(response).values():
            parts = [part for part in address.partition("?")[2].split("&") if not part.startswith(("page=", "cursor="))]
            assert "&".join(parts) == f"{query}&page_size=50"


def test_what_would_end_a_link_is_quoted(anonymous, alice):
    movies(alice)
    response = anonymous.get("/", QUERY_STRING='x=<a>"b", c\\&y=\xc3\xa9#&page_size=50')
    assert 'x=%3Ca%3E%22b%22,%20c%5C&y=%C3%A9%23&page_size=50>; rel="next"' in response["Link"]
    assert anonymous.get(links(response)["next"]).status_code == 200


@pytest.mark.parametrize(
    ("length", "rels"),
    [
        (1_700, {"first", "prev", "next", "last"}),
        (2_200, {"first", "prev", "next"}),
        (3_500, {"prev", "next"}),
        (7_000, {"next"}),
    ],
)
def test_the_link_header_never_grows_beyond_what_clients_take(anonymous, alice, length, rels):
    movies(alice)
    for path in ("/", "/movies/"):
        response = anonymous.get(f"{path}?page=2&page_size=20&x={'x' * length}")
        assert set(links(response)) == rels
        assert len(response["Link"]) < 8_000


@pytest.mark.parametrize("path", ["/", "/movies/", "/movies/most-liked/", "/api/movies/newest/"])
def test_a_query_that_fits_into_no_link_is_414(anonymous, db, path):
    response = anonymous.get(f"{path}?x={'x' * 7_600}")
    assert response.status_code == 414
    assert "too long" in detail_of(response)
