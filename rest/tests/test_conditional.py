"""ETag, 304 and who may keep what, on every GET of every dialect."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from rest_framework.test import APIClient

CATALOGUE = [
    "/api/v1/movies/",
    "/api/v1/movies/{id}/",
    "/api/v1/movies/search/?q=alien",
    "/api/v1/movies/genre/?genre=horror",
    "/api/v1/movies/categories/",
    "/api/v1/movies/most-liked/",
    "/api/v1/movies/newest/",
    "/api/v1/movies/{id}/comments/",
    "/api/v1/movies/{id}/ratings/",
    "/api/v1/movies/{id}/like/",
    "/api/v1/directors/",
    "/api/v1/genres/",
    "/api/v1/ratings/",
    "/movies/",
    "/movies/{id}/",
    "/api/auth/movies",
    "/api/auth/rating",
    "/",
    "/{id}/",
]


@pytest.fixture(params=CATALOGUE)
def address(request, movie):
    return request.param.format(id=movie.pk)


@pytest.mark.parametrize("method", ["get", "head"])
def test_an_answer_has_a_tag_and_says_who_may_keep_it(anonymous, bob, address, method):
    response = getattr(anonymous, method)(address)
    assert response.status_code == 200
    assert response["ETag"].startswith('"')
    assert response["Cache-Control"] == "public, no-cache"
    assert "Authorization" in response["Vary"]
    assert getattr(bob, method)(address)["Cache-Control"] == "private, no-cache"


def test_what_the_client_has_already_is_not_sent_again(anonymous, address):
    tag = anonymous.get(address)["ETag"]
    for condition in (tag, f"W/{tag}", f'"another", {tag}', "*"):
        response = anonymous.get(address, HTTP_IF_NONE_MATCH=condition)
        assert response.status_code == 304
        assert response.content == b""
        assert response["ETag"] == tag
        assert response["Cache-Control"] == "public, no-cache"
        assert "Authorization" in response["Vary"]


def test_another_tag_gets_the_whole_answer(anonymous, address):
    for condition in ('"another"', "W/nonsense", "", '"'):
        assert anonymous.get(address, HTTP_IF_NONE_MATCH=condition).status_code == 200


@pytest.mark.parametrize("change", ["rating", "like", "title"])
def test_a_change_changes_the_tag(anonymous, alice, bob, movie, change):
    address = f"/api/v1/movies/{movie.pk}/"
    tag = anonymous.get(address)["ETag"]
    if change == "rating":
        bob.put(f"{address}rating/", {"rating": 2})
    elif change == "like":
        bob.post(f"{address}like/")
    else:
        alice.patch(address, {"title": "Aliens"})
    response = anonymous.get(address, HTTP_IF_NONE_MATCH=tag)
    assert response.status_code == 200
    assert response["ETag"] != tag


def test_what_one_caller_sees_has_another_tag_than_what_others_see(anonymous, bob, movie):
    address = f"/api/v1/movies/{movie.pk}/"
    bob.put(f"{address}favorite/")
    assert bob.get(address)["ETag"] != anonymous.get(address)["ETag"]
    assert anonymous.get(address, HTTP_IF_NONE_MATCH=bob.get(address)["ETag"]).status_code == 200


def test_errors_and_pages_have_no_tag(anonymous, db):
    for path in ("/api/v1/movies/0/", "/api/v1/movies/?page=9", "/swagger/"):
        assert "ETag" not in anonymous.get(path)


# --- If-Match -------------------------------------------------------------------------------------------------------


@pytest.fixture
def detail(movie):
    return f"/api/v1/movies/{movie.pk}/"


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_a_change_on_the_condition_of_a_state_that_is_gone_is_412_and_changes_nothing(
    alice, bob, detail, movie, method
):
    seen = alice.get(detail)["ETag"]
    bob.post(f"{detail}like/")
    now = alice.get(detail)
    response = getattr(alice, method)(detail, {"title": "Mine"}, HTTP_IF_MATCH=seen)
    assert (response.status_code, response["Content-Type"]) == (412, "application/problem+json")
    assert "read it again" in response.json()["detail"]
    assert response["ETag"] == now["ETag"]
    assert alice.get(detail).content == now.content


@pytest.mark.parametrize("condition", ["{tag}", "*", '"another", {tag}'])
def test_a_change_on_the_condition_of_the_state_that_there_is_is_done(alice, detail, condition):
    condition = condition.format(tag=alice.get(detail)["ETag"])
    assert alice.patch(detail, {"title": "Mine"}, HTTP_IF_MATCH=condition).status_code == 200
    assert alice.get(detail).json()["title"] == "Mine"


@pytest.mark.parametrize("condition", ['"another"', "W/{tag}", "", "nonsense", '"'])
@pytest.mark.parametrize("method", ["get", "head", "patch"])
def test_a_condition_that_does_not_hold_is_412_whatever_is_asked(alice, detail, method, condition):
    condition = condition.format(tag=alice.get(detail)["ETag"])
    response = getattr(alice, method)(detail, {}, HTTP_IF_MATCH=condition)
    assert response.status_code == 412


def test_a_condition_is_about_the_address_that_it_is_sent_to(bob, detail):
    rating = f"{detail}rating/"
    assert bob.put(rating, {"rating": 3}, HTTP_IF_MATCH="*").status_code == 404  # there is none yet
    assert bob.put(rating, {"rating": 3}).status_code == 201
    seen = bob.get(rating)["ETag"]
    assert bob.put(rating, {"rating": 4}, HTTP_IF_MATCH=seen).status_code == 200
    assert bob.put(rating, {"rating": 5}, HTTP_IF_MATCH=seen).status_code == 412
    assert bob.get(rating).json()["rating"] == 4


def test_who_may_not_change_it_is_told_so_and_what_is_not_there_is_404(alice, charlie, anonymous, detail):
    assert charlie.patch(detail, {"title": "x"}, HTTP_IF_MATCH="*").status_code == 403
    assert anonymous.patch(detail, {"title": "x"}, HTTP_IF_MATCH="*").status_code == 401
    assert alice.patch("/api/v1/movies/999999/", {"title": "x"}, HTTP_IF_MATCH="*").status_code == 404


@pytest.mark.parametrize(
    "address", ["/api/v1/movies/%00/", "/movies/%00%ff/", "/api/v1/movies/%F0%9F%8E%AC/", "/%d9%a1/"]
)
def test_an_address_may_be_anything(alice, address):
    assert alice.patch(address, {"title": "x"}, HTTP_IF_MATCH="*").status_code == 404


def test_a_change_that_is_refused_for_another_reason_says_that_reason(alice, detail):
    assert alice.patch(detail, {"title": ""}, HTTP_IF_MATCH="*").status_code == 400
    assert alice.get(detail).json()["title"] == "Alien"


@pytest.mark.parametrize("header", ["HTTP_IF_UNMODIFIED_SINCE", "HTTP_IF_MODIFIED_SINCE"])
@pytest.mark.parametrize("date", ["Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT", "nonsense"])
def test_dates_are_no_condition_because_nothing_has_one(alice, detail, header, date):
    for method in ("get", "patch"):
        assert getattr(alice, method)(detail, {}, **{header: date}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_on_the_same_condition_one_is_done(alice, detail):
    seen = alice.get(detail)["ETag"]

    def change(title):
        try:
            client = APIClient()
            client.credentials(HTTP_AUTHORIZATION=f"Token {alice.credentials.token}")
            return client.patch(detail, {"title": title}, HTTP_IF_MATCH=seen).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(change, "ABCD")) == [200, 412, 412, 412]
