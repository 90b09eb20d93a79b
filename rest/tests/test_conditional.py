"""ETag, 304 and who may keep what, on every GET of every dialect."""

import pytest

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
