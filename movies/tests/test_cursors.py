"""Cursors: the links of a list lead through it, however it is ordered and whatever is added or deleted meanwhile."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import parse_qs, urlsplit

import pytest

from movies import services
from movies.catalogue.orderings import SORT_FIELDS
from movies.models import Like, Movie
from rest.tests.helpers import is_problem

MOUNTS = ["/api/v1/movies/", "/movies/", "/api/auth/movies", "/"]


def items(response):
    body = response.json()
    return [item["id"] for item in (body if isinstance(body, list) else body["results"])]


def links(response):
    parts = [part.split(">; rel=") for part in response["Link"].split(", <")]
    return {rel.strip('"'): address.lstrip("<") for address, rel in parts}


def cursor_in(address):
    return parse_qs(urlsplit(address).query)["cursor"][0]


@pytest.fixture
def movies(make_movie, alice, bob):
    made = []
    for n in range(13):
        dates = {"release_date": f"200{n % 3}-01-01", "duration": 90 + n % 2} if n % 4 else {}
        made.append(make_movie(f"Title {n % 5}", by=alice, genre_list=["Drama"], **dates))
    for movie in made[::3]:
        services.rate(movie_id=movie.pk, user=bob.user, half_stars=1 + movie.pk % 3)
        services.set_mark(Like, movie_id=movie.pk, user=bob.user, wanted=True)
    return made


def walk(client, address, rel):
    """The ids on this page and on all that follow it in that direction, and the last response."""
    response = client.get(address)
    seen = [items(response)]
    while rel in links(response):
        response = client.get(links(response)[rel])
        assert response.status_code == 200
        seen.append(items(response))
    return seen, response


@pytest.mark.parametrize("mount", MOUNTS)
def test_the_links_lead_through_the_whole_list_and_back(anonymous, movies, mount):
    forward, last = walk(anonymous, f"{mount}?page_size=4", "next")
    in_order = movies if mount == "/api/auth/movies" else movies[::-1]
    assert forward == [[movie.pk for movie in in_order][start : start + 4] for start in (0, 4, 8, 12)]
    assert anonymous.get(links(last)["last"]).json() == last.json()
    backward, first = walk(anonymous, links(last)["prev"], "prev")
    assert backward == forward[-2::-1]
    assert "prev" not in links(first)


@pytest.mark.parametrize("direction", ["", "-"])
@pytest.mark.parametrize("name", SORT_FIELDS)
def test_every_order_can_be_walked_both_ways(anonymous, movies, name, direction):
    address = f"/api/v1/movies/?ordering={direction}{name}&page_size=3"
    numbered = [items(anonymous.get(f"{address}&page={page}")) for page in range(1, 6)]
    forward, last = walk(anonymous, address, "next")
    assert forward == numbered
    backward, _ = walk(anonymous, links(last)["prev"], "prev")
    assert backward == numbered[-2::-1]


@pytest.mark.parametrize(
    "query", ["genre=drama&ordering=-likes_count", "genre=drama", "title=title&ordering=-duration"]
)
def test_a_filtered_list_keeps_its_filters(anonymous, movies, query):
    numbered = [items(anonymous.get(f"/api/v1/movies/?{query}&page_size=4&page={page}")) for page in range(1, 5)]
    forward, last = walk(anonymous, f"/api/v1/movies/?{query}&page_size=4", "next")
    assert forward == numbered
    assert last.json()["count"] == 13


def test_no_movie_is_shown_twice_or_left_out_because_others_come_and_go(anonymous, movies, make_movie):
    first = anonymous.get("/api/v1/movies/?page_size=5")
    make_movie("New")
    services.delete_movie(movie=movies[-2])  # already shown
    second = anonymous.get(first.json()["next"])
    assert items(second) == [movie.pk for movie in movies[-6:-11:-1]]
    Movie.objects.get(pk=items(second)[-1]).delete()  # the very movie that the cursor names
    assert items(anonymous.get(second.json()["next"])) == [movie.pk for movie in movies[2::-1]]


def test_the_links_carry_the_number_for_those_who_read_it_there(anonymous, movies):
    second = anonymous.get(anonymous.get("/api/v1/movies/?page_size=4").json()["next"])
    assert parse_qs(urlsplit(second.json()["next"]).query)["page"] == ["3"]
    assert parse_qs(urlsplit(second.json()["previous"]).query)["page"] == ["1"]
    without = anonymous.get(f"/api/v1/movies/?page_size=4&cursor={cursor_in(second.json()['next'])}")
    assert "page=" not in without.json()["next"].replace("page_size=", "")


def test_a_cursor_that_was_not_given_by_us_is_404(anonymous, movies):
    cursor = cursor_in(anonymous.get("/api/v1/movies/?page_size=4").json()["next"])
    data = bytearray(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    data[-2] ^= 1
    tampered = urlsafe_b64encode(bytes(data)).decode().rstrip("=")
    for bad in (tampered, cursor[:-1], cursor[1:], "x", "1", "%00", "%ff", "\u0661", "a" * 4000):
        response = anonymous.get(f"/api/v1/movies/?cursor={bad}")
        assert response.status_code == 404, bad
        assert is_problem(response)
        assert "cursor" in response.json()["detail"]


def test_a_cursor_of_another_order_is_404(anonymous, movies):
    cursor = cursor_in(anonymous.get("/api/v1/movies/?ordering=title&page_size=4").json()["next"])
    assert anonymous.get(f"/api/v1/movies/?ordering=title&cursor={cursor}").status_code == 200
    for other in ("", "&ordering=-title", "&ordering=duration"):
        response = anonymous.get(f"/api/v1/movies/?cursor={cursor}{other}")
        assert response.status_code == 404
        assert "order" in response.json()["detail"]


def test_a_bad_number_beside_a_cursor_is_404(anonymous, movies):
    cursor = cursor_in(anonymous.get("/api/v1/movies/?page_size=4").json()["next"])
    for bad in ("0", "-1", "x", "9" * 40):
        assert anonymous.get(f"/api/v1/movies/?cursor={cursor}&page={bad}").status_code == 404
