"""GET, PUT and DELETE /api/v1/movies/{id}/rating/"""

import pytest

from movies.models import Rating
from movies.tests.contract import UNKNOWN_ID, refused_fields

RATING_KEYS = {"id", "movie", "user", "rating", "created_at", "updated_at"}
OFF_SCALE = [0, 0.4, 0.75, 5.5, 6, -1, 4.999, 10**20, 1e300, "good", "", None, True, False, [4], {"rating": 4}, "NaN",
             "Infinity", "٤x", "4 stars", "1e999999999", "1e-999999999", "sNaN", "2." + 50 * "0" + " stars"]  # fmt: skip


@pytest.fixture
def url(movies_url, movie):
    return f"{movies_url}{movie.pk}/rating/"


def shown(client, movie):
    item = client.get(f"/api/v1/movies/{movie.pk}/").json()
    return item["average_rating"], item["ratings_count"], item["my_rating"]


def test_a_new_rating_is_201_and_a_replaced_one_200(bob, url, movie, scheme):
    bob.use(scheme)
    first, second = bob.put(url, {"rating": 4}), bob.put(url, {"rating": 2.5})
    assert (first.status_code, second.status_code) == (201, 200)
    rating = Rating.objects.get()
    for response, stars in ((first, 4), (second, 2.5)):
        assert set(response.json()) == RATING_KEYS
        assert (response.json()["id"], response.json()["movie"]) == (rating.pk, movie.pk)
        assert response.json()["user"] == {"id": bob.user.pk, "username": "bob"}
        assert response.json()["rating"] == stars
    assert second.json()["created_at"] == first.json()["created_at"]
    assert second.json()["updated_at"] > first.json()["updated_at"]
    assert bob.get(url).json() == second.json()
    assert shown(bob, movie) == (2.5, 1, 2.5)


@pytest.mark.parametrize("half_stars", range(1, 11))
def test_every_half_star_from_a_half_to_five_is_a_rating(bob, url, movie, half_stars):
    stars = half_stars / 2
    for sent in (stars, str(stars), int(stars) if stars == int(stars) else stars):
        assert bob.put(url, {"rating": sent}).json()["rating"] == stars
    assert Rating.objects.get().half_stars == half_stars
    assert shown(bob, movie) == (stars, 1, stars)


def test_whole_ratings_are_whole_numbers(bob, url):
    assert b'"rating":2,' in bob.put(url, {"rating": 2.0}).content
    assert b'"rating":2.5,' in bob.put(url, {"rating": 2.5}).content


@pytest.mark.parametrize("rating", OFF_SCALE)
def test_a_rating_off_the_scale_is_400_and_changes_nothing(bob, url, movie, rating):
    bob.put(url, {"rating": 3})
    assert refused_fields(bob.put(url, {"rating": rating})) == {"rating"}
    assert shown(bob, movie) == (3, 1, 3)


@pytest.mark.parametrize("body", ["{}", '{"stars": 4}', "[]", "4", "null", '{"rating": NaN}', '{"rating": 1e999}', "{"])
def test_a_body_without_a_rating_is_400(bob, url, body):
    assert bob.put(url, body, content_type="application/json").status_code == 400
    assert not Rating.objects.exists()


def test_a_form_does_as_well(bob, url):
    assert bob.put(url, {"rating": "4.5"}, format="multipart").json()["rating"] == 4.5


def test_it_is_404_where_there_is_none(bob, url):
    for method in ("get", "delete"):
        response = getattr(bob, method)(url)
        assert response.status_code == 404
        assert response.json()["detail"] == "No Rating matches the given query."


def test_a_rating_can_be_taken_back(bob, charlie, url, movie):
    bob.put(url, {"rating": 1})
    charlie.put(url, {"rating": 5})
    assert shown(bob, movie) == (3, 2, 1)
    response = bob.delete(url)
    assert (response.status_code, response.content) == (204, b"")
    assert shown(bob, movie) == (5, 1, None)
    assert bob.get(url).status_code == 404
    assert bob.put(url, {"rating": 2}).status_code == 201


def test_everybody_sees_their_own_only(bob, charlie, url):
    bob.put(url, {"rating": 1})
    assert charlie.get(url).status_code == 404
    charlie.put(url, {"rating": 5})
    assert (bob.get(url).json()["rating"], charlie.get(url).json()["rating"]) == (1, 5)


def test_nobody_rates_a_movie_that_they_added_not_even_staff(alice, sam, make_movie, url, movies_url):
    own = f"{movies_url}{make_movie('Own', by=sam).pk}/rating/"
    for who, address in ((alice, url), (sam, own)):
        response = who.put(address, {"rating": 5})
        assert response.status_code == 403
        assert response.json()["detail"] == "Nobody rates a movie that they added, nor adds a second rating."
    assert not Rating.objects.exists()
    assert sam.put(url, {"rating": 5}).status_code == 201


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_anonymous_gets_401_and_an_unknown_movie_404(anonymous, bob, url, movies_url, method):
    assert getattr(anonymous, method)(url).status_code == 401
    assert getattr(anonymous, method)(f"{movies_url}{UNKNOWN_ID}/rating/").status_code == 401
    response = getattr(bob, method)(f"{movies_url}{UNKNOWN_ID}/rating/")
    assert response.status_code == 404
    assert "Movie" in response.json()["detail"]


def test_an_average_of_many_is_exact(person, url, movie):
    stars = [0.5, 1, 1.5, 2, 5, 5, 4.5]
    for i, rating in enumerate(stars):
        person(f"critic{i}").put(url, {"rating": rating})
    critic = person("last")
    assert shown(critic, movie) == (round(sum(stars) / len(stars), 2), len(stars), None)
