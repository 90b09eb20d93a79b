"""Every list of every dialect is a page, and says in `Link` where the others are."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import User
from collections_app.models import Collection
from movies import services, tallies
from movies.models import Comment, Director, Genre, Like, Movie, MovieGenre, MovieStats, Rating
from rest.tests.helpers import is_problem

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

    def of(self, body: Any) -> list[Any]:
        for name in filter(None, self.items.split(".")):
            body = body[name]
        assert isinstance(body, list)
        return body

    def envelope(self, body: Any) -> Any:
        return body.get("data", body)


LISTS = [
    List("/api/v1/users/", users),
    List("/api/v1/movies/", movies),
    List("/api/v1/movies/search/?q=common", movies),
    List("/api/v1/movies/genre/?genre=drama", movies),
    List("/api/v1/ratings/", ratings),
    List("/api/v1/movies/{movie}/comments/", feedback_on_one),
    List("/api/v1/movies/{movie}/ratings/", feedback_on_one),
    List("/api/v1/movies/{movie}/like/", feedback_on_one, "likes"),
    List("/api/v1/directors/", names(Director)),
    List("/api/v1/genres/", names(Genre)),
    List("/api/v1/collections/", collections),
    List("/api/auth/movies", movies, ""),
    List("/api/auth/rating", ratings, ""),
    List("/movies/", movies),
    List("/movies/search/?q=common", movies),
    List("/movies/genre/?genre=drama", movies),
    List("/movies/{movie}/comments/", feedback_on_one),
    List("/movies/{movie}/like/", feedback_on_one, "likes"),
    List("/collection/", collections, "data.collections"),
    List("/", movies, ""),
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


def test_a_page_has_twenty_items_unless_asked_otherwise(case, get):
    response = get()
    assert response.status_code == 200
    assert len(case.of(response.json())) == 20


def test_page_size_is_obeyed_up_to_a_hundred(case, get):
    for asked, got in (("7", 7), ("100", 100), ("101", 100), ("1000000", 100), ("1" * 30, 100)):
        assert len(case.of(get(page_size=asked).json())) == got


def test_a_page_size_that_is_no_number_is_the_default(case, get):
    for asked in ("0", "-1", "x", "", "1.5", "1e2", "%00", "%ff", "1" * 5000):
        response = get(page_size=asked)
        assert response.status_code == 200
        assert len(case.of(response.json())) == 20


def test_a_bad_page_is_404_in_the_shape_of_the_mount(case, get):
    in_canonical = case.path.startswith("/api/v1/") and not case.path.startswith("/api/v1/auth/")
    for page in ("0", "-1", "3", "x", "1.5", "1e2", "%00", "%ff", "9" * 30, "9" * 5000, "NaN"):
        response = get(page=page, page_size=100)
        assert response.status_code == 404
        assert is_problem(response) == in_canonical


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


def test_other_parameters_stay_in_the_links(anonymous, alice):
    movies(alice)
    response = anonymous.get("/movies/?title=common&ordering=title&page_size=50")
    for address in links(response).values():
        assert "title=common" in address
        assert "ordering=title" in address
