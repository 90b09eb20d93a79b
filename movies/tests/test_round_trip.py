"""What the API returns can be sent back unchanged: GET, then PUT, and nothing has changed but updated_at."""

import pytest

from movies.models import Director, Genre
from movies.tests.contract import Canonical, Classic, Community, Showcase
from movies.tests.pictures import upload


@pytest.fixture
def rich(movie):
    movie.description = "  Crew & cargo:\r\n\t“Nostromo” — Léon 🎬 sister- in -lawâ€¦ "
    movie.save()
    return movie


@pytest.fixture
def minimal(make_movie, alice):
    return make_movie("Alien", by=alice)


@pytest.fixture
def numeric(make_movie, alice):
    """Its director and genre are called what could be ids."""
    return make_movie(
        "1917",
        by=alice,
        description="0",
        director=Director.objects.create(name="300"),
        genre_list=[Genre.objects.create(name="1984")],
    )


@pytest.fixture
def with_commas(make_movie, alice):
    """In its names are the commas that stand between genres elsewhere."""
    genres = [Genre.objects.create(name=name) for name in ("Rock, Pop", "Drama")]
    return make_movie("Tommy", by=alice, director="Russell, Ken", genre_list=genres)


@pytest.fixture
def by_two(make_movie, alice):
    """Most dialects show the first director only, and lose none of the others."""
    return make_movie(
        "The Matrix", by=alice, director_list=["Lana Wachowski", "Lilly Wachowski"], genre_list=["Action"]
    )


@pytest.fixture
def rated(movie, alice, bob, charlie):
    for who, stars in ((bob, 0.5), (charlie, 5)):
        who.put(f"/api/v1/movies/{movie.pk}/rating/", {"rating": stars})
    for who in (alice, bob):
        who.post(f"/api/v1/movies/{movie.pk}/like/")
        who.put(f"/api/v1/movies/{movie.pk}/favorite/")
        who.post(f"/api/v1/movies/{movie.pk}/comments/", {"text": "Good."})
    return movie


@pytest.fixture
def covered(movie, alice, media):
    response = alice.patch(f"/api/v1/movies/{movie.pk}/", {"cover_image": upload()}, format="multipart")
    assert response.json()["cover_image"] is not None
    return movie


@pytest.mark.parametrize("kind", ["rich", "minimal", "numeric", "with_commas", "by_two", "rated", "covered"])
class RoundTripSuite:
    @pytest.fixture
    def movie_of_kind(self, request, kind):
        return request.getfixturevalue(kind)

    @pytest.mark.parametrize("who", ["alice", "sam"])
    @pytest.mark.parametrize("method", ["put", "patch"])
    def test_what_was_read_can_be_sent_back(self, request, movie_of_kind, who, method, alice):
        client, url = request.getfixturevalue(who), self.detail_url(movie_of_kind.pk)
        whole_before = alice.get(f"/api/v1/movies/{movie_of_kind.pk}/").json()
        response = getattr(client, method)(url, client.get(url).json())
        assert response.status_code == 200, response.content
        whole_after = alice.get(f"/api/v1/movies/{movie_of_kind.pk}/").json()
        assert {name for name in whole_before if whole_before[name] != whole_after[name]} <= {"updated_at"}
        assert client.get(url).json() == response.json()


class TestCanonical(Canonical, RoundTripSuite):
    pass


class TestShowcase(Showcase, RoundTripSuite):
    pass


class TestCommunity(Community, RoundTripSuite):
    pass


class TestClassic(Classic, RoundTripSuite):
    pass


def test_a_movie_that_nobody_added_can_be_sent_back_by_staff(make_movie, sam, movies_url):
    url = f"{movies_url}{make_movie('Orphan').pk}/"
    before = sam.get(url).json()
    after = sam.put(url, before).json()
    assert {name for name in before if before[name] != after[name]} == {"updated_at"}
    assert after["user"] is None
