"""GET and POST /api/auth/rating, as document 001 has them."""

import pytest

from movies.models import Rating
from movies.tests.contract import UNKNOWN_ID, refused_fields
from movies.tests.test_rating import OFF_SCALE

URL = "/api/auth/rating"
REFUSAL = {"detail": "You cant rate it "}


def test_the_list_is_a_bare_array_with_the_oldest_first(anonymous, bob, charlie, movie, make_movie):
    other = make_movie("Transformer")
    ids = [
        who.post(URL, {"movie": pk, "rating": stars}).json()["id"]
        for who, pk, stars in ((bob, movie.pk, 2), (charlie, movie.pk, 2), (bob, other.pk, 4))
    ]
    response = anonymous.get(URL)
    assert response.status_code == 200
    assert response.json() == [
        {"id": ids[0], "movie": movie.pk, "rating": 2},
        {"id": ids[1], "movie": movie.pk, "rating": 2},
        {"id": ids[2], "movie": other.pk, "rating": 4},
    ]
    assert 'rel="first"' in response["Link"]


def test_nothing_is_an_empty_array(anonymous, db):
    assert anonymous.get(URL).content == b"[]"


def test_the_list_comes_in_pages(anonymous, bob, make_movies):
    for movie in make_movies(3):
        bob.post(URL, {"movie": movie.pk, "rating": 1})
    response = anonymous.get(f"{URL}?page_size=2")
    assert len(response.json()) == 2
    assert 'page=2&page_size=2>; rel="next"' in response["Link"]
    assert anonymous.get(f"{URL}?page=2").status_code == 404


def test_a_rating_is_given(bob, movie, scheme):
    response = bob.use(scheme).post(URL, {"movie": movie.pk, "rating": 2})
    rating = Rating.objects.get()
    assert response.status_code == 201
    assert response.json() == {"id": rating.pk, "movie": movie.pk, "rating": 2}
    assert (rating.user, rating.half_stars) == (bob.user, 4)
    assert bob.get(f"/api/v1/movies/{movie.pk}/").json()["ratings_count"] == 1


@pytest.mark.parametrize("sent", [2, 2.0, "2", "2.0"])
def test_a_whole_rating_is_a_whole_number_in_the_bytes(bob, movie, sent):
    created = bob.post(URL, {"movie": movie.pk, "rating": sent}).content
    assert created == b'{"id":%d,"movie":%d,"rating":2}' % (Rating.objects.get().pk, movie.pk)
    assert bob.get(URL).content == b"[" + created + b"]"


def test_a_half_stays_a_half(bob, movie):
    assert bob.post(URL, {"movie": movie.pk, "rating": 2.5}).content.endswith(b'"rating":2.5}')


def test_own_movie_is_refused_in_the_documents_words(alice, movie):
    response = alice.post(URL, {"movie": movie.pk, "rating": 2})
    assert response.status_code == 403
    assert response.content == b'{"detail":"You cant rate it "}'
    assert not Rating.objects.exists()


def test_staff_cannot_rate_their_own_movie_either(sam, make_movie):
    response = sam.post(URL, {"movie": make_movie("Own", by=sam).pk, "rating": 2})
    assert (response.status_code, response.json()) == (403, REFUSAL)


def test_a_second_rating_is_refused_and_the_first_one_stays(bob, movie):
    bob.put(f"/api/v1/movies/{movie.pk}/rating/", {"rating": 4.5})
    response = bob.post(URL, {"movie": movie.pk, "rating": 2})
    assert (response.status_code, response.json()) == (403, REFUSAL)
    assert Rating.objects.get().half_stars == 9
    assert bob.get(f"/api/v1/movies/{movie.pk}/").json()["average_rating"] == 4.5


def test_a_form_does_as_well(bob, movie):
    response = bob.post(URL, f"movie={movie.pk}&rating=3", content_type="application/x-www-form-urlencoded")
    assert (response.status_code, response.json()["rating"]) == (201, 3)


def test_anonymous_gets_401(anonymous, movie):
    response = anonymous.post(URL, {"movie": movie.pk, "rating": 2})
    assert response.status_code == 401
    assert set(response.json()) == {"detail"}
    assert not Rating.objects.exists()


@pytest.mark.parametrize("reference", [UNKNOWN_ID, 0, -1, 10**20, "x", "", None, [], {}, True, 1.5])
def test_an_unknown_movie_is_400(bob, movie, reference):
    assert refused_fields(bob.post(URL, {"movie": reference, "rating": 2})) == {"movie"}


@pytest.mark.parametrize("rating", OFF_SCALE)
def test_a_rating_off_the_scale_is_400(bob, movie, rating):
    assert refused_fields(bob.post(URL, {"movie": movie.pk, "rating": rating})) == {"rating"}
    assert not Rating.objects.exists()


def test_both_fields_are_required(bob):
    assert refused_fields(bob.post(URL, {})) == {"movie", "rating"}


def test_the_user_cannot_be_sent(alice, bob, make_movie):
    bob.post(URL, {"movie": make_movie("Other").pk, "rating": 2, "user": alice.user.pk, "half_stars": 10})
    rating = Rating.objects.get()
    assert (rating.user, rating.half_stars) == (bob.user, 4)
