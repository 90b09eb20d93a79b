"""ETag, 304 and who may keep what, on every GET of every dialect."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from rest_framework.test import APIClient

from conftest import PASSWORD
from movies import services
from movies.tests.pictures import upload
from rest.conditional import ConditionalMiddleware

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


def test_an_address_that_cannot_be_read_says_that_it_has_no_tag(bob, detail):
    for condition in ("*", '"x"'):
        response = bob.put(f"{detail}favorite/", HTTP_IF_MATCH=condition)
        assert response.status_code == 412
        assert "cannot be read" in response.json()["detail"]
        assert "ETag" not in response
    assert bob.get(detail).json()["favorite"] is False


def test_who_is_refused_anyway_is_told_that_and_not_of_the_condition(anonymous, charlie, detail):
    for condition in ({"HTTP_IF_MATCH": '"another"'}, {"HTTP_IF_NONE_MATCH": "*"}):
        assert anonymous.patch(detail, {"title": "x"}, **condition).status_code == 401
        assert anonymous.patch("/api/v1/movies/999999/", {"title": "x"}, **condition).status_code == 401
        charlie.client.credentials(HTTP_AUTHORIZATION="Token dead")
        assert charlie.patch(detail, {"title": "x"}, **condition).status_code == 401


def test_a_change_on_a_condition_is_counted_once(alice, detail, settings):
    settings.THROTTLING = True
    tag = alice.get(detail)["ETag"]
    first = alice.patch(detail, {"title": "One"}, HTTP_IF_MATCH=tag)
    plain = alice.patch(detail, {"title": "Two"})
    assert left(first) - left(plain) == 1


def left(response):
    return int(response["RateLimit"].split("r=")[1].split(";")[0])


def test_a_patch_on_a_condition_is_answered_with_the_next_tag_and_a_put_is_not(alice, detail):
    tag = alice.get(detail)["ETag"]
    for title in ("One", "Two", "Three"):
        response = alice.patch(detail, {"title": title}, HTTP_IF_MATCH=tag)
        assert response.status_code == 200
        assert response["ETag"] != tag
        tag = response["ETag"]
    assert alice.get(detail)["ETag"] == tag
    replaced = alice.put(detail, {"title": "Four"}, HTTP_IF_MATCH=tag)
    assert (replaced.status_code, "ETag" in replaced) == (200, False)  # RFC 9110, 9.3.4


def test_the_tag_of_a_compressed_answer_is_as_good(alice, detail, make_movie):
    alice.patch(detail, {"description": "x" * 3000})
    tag = alice.get(detail, HTTP_ACCEPT_ENCODING="gzip")["ETag"]
    assert tag.endswith('-gzip"')
    assert alice.patch(detail, {"title": "Mine"}, HTTP_IF_MATCH=tag).status_code == 200
    assert alice.patch(detail, {"title": "Yours"}, HTTP_IF_MATCH=tag).status_code == 412


def test_the_tag_of_head_is_that_of_get(alice, detail):
    assert alice.head(detail)["ETag"] == alice.get(detail)["ETag"]


@pytest.mark.parametrize(
    "address", ["/api/v1/movies/{id}/", "/movies/{id}/", "/api/movies/{id}/", "/{id}/", "/api/v1/movies/{id}/rating/"]
)
def test_both_ways_give_the_tag_that_a_change_names(bob, make_movie, address):
    movie = make_movie(by=bob)
    person = bob
    if address.endswith("rating/"):
        movie = make_movie()
        bob.put(f"/api/v1/movies/{movie.pk}/rating/", {"rating": 3})
    address = address.format(id=movie.pk)
    fast, full = person.get(address)["ETag"], person.get(address, HTTP_IF_MATCH="*")["ETag"]  # no plain request
    assert fast == full
    body = {"rating": 4} if address.endswith("rating/") else {"title": "Mine"}
    send = person.put if address.endswith("rating/") else person.patch
    assert send(address, body, HTTP_IF_MATCH=fast).status_code == 200
    assert send(address, body, HTTP_IF_MATCH='"another"').status_code == 412


# --- If-None-Match on changes ---------------------------------------------------------------------------------------


def test_a_put_that_only_creates_leaves_what_there_is(bob, detail):
    rating = f"{detail}rating/"
    assert bob.put(rating, {"rating": 3}, HTTP_IF_NONE_MATCH="*").status_code == 201
    response = bob.put(rating, {"rating": 5}, HTTP_IF_NONE_MATCH="*")
    assert response.status_code == 412
    assert "already" in response.json()["detail"]
    assert response["ETag"] == bob.get(rating)["ETag"]
    assert bob.get(rating).json()["rating"] == 3


def test_a_change_that_is_not_wanted_of_one_state_is_412_in_that_state(alice, detail):
    tag = alice.get(detail)["ETag"]
    for condition in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        assert alice.patch(detail, {"title": "Mine"}, HTTP_IF_NONE_MATCH=condition).status_code == 412
    assert alice.get(detail)["ETag"] == tag
    assert alice.patch(detail, {"title": "Mine"}, HTTP_IF_NONE_MATCH='"x"').status_code == 200


def test_what_is_not_there_is_404_whatever_it_should_not_be(alice):
    assert alice.put("/api/v1/movies/999999/", {"title": "x"}, HTTP_IF_NONE_MATCH="*").status_code == 404


def test_where_nothing_can_be_read_there_is_nothing_to_compare(anonymous, alice, bob, detail):
    assert bob.put(f"{detail}favorite/", HTTP_IF_NONE_MATCH="*").status_code == 200
    wrong = {"username": "alice", "password": "wrong"}
    assert anonymous.post("/api/v1/auth/login/", wrong, HTTP_IF_NONE_MATCH="*").status_code == 401
    login = {"username": "alice", "password": PASSWORD}
    assert anonymous.post("/api/v1/auth/login/", login, HTTP_IF_NONE_MATCH="*").status_code == 200


# --- Everything that can be written ---------------------------------------------------------------------------------


def test_whatever_can_be_changed_gives_the_tag_for_that(alice, bob, detail, movie):
    collection = alice.post("/api/v1/collections/", {"title": "A", "description": "B"}).json()["uuid"]
    comment = alice.post(f"{detail}comments/", {"text": "Hm."}).json()["id"]
    token = alice.post("/api/v1/users/me/tokens/", {"name": "T", "scopes": ["read"]}).json()["id"]
    session = alice.get("/api/v1/users/me/sessions/").json()["results"][0]["id"]
    bob.put(f"{detail}rating/", {"rating": 3})
    for who, address, change in (
        (alice, detail, ("patch", {"title": "Mine"})),
        (alice, f"/api/v1/collections/{collection}/", ("patch", {"title": "C"})),
        (alice, f"/collection/{collection}/", ("put", {"title": "D"})),
        (alice, f"/api/v1/comments/{comment}/", ("delete", None)),
        (alice, f"/api/v1/users/me/tokens/{token}/", ("patch", {"name": "U"})),
        (bob, f"{detail}rating/", ("delete", None)),
        (alice, "/api/v1/users/me/", ("patch", {"username": "alicia"})),
        (alice, f"/api/v1/users/me/sessions/{session}/", ("delete", None)),
    ):
        tag, (method, body) = who.get(address)["ETag"], change
        assert getattr(who, method)(address, body, HTTP_IF_MATCH='"another"').status_code == 412, address
        assert who.get(address)["ETag"] == tag
        assert getattr(who, method)(address, body, HTTP_IF_MATCH=tag).status_code in (200, 204), address


def test_a_second_factor_is_changed_on_a_condition(alice):
    address = "/api/v1/users/me/second-factor/"
    assert alice.post(address, {}, HTTP_IF_MATCH='"another"').status_code == 412
    assert alice.post(address, {}, HTTP_IF_MATCH=alice.get(address)["ETag"]).status_code == 200


# --- Nobody comes between the comparison and the change --------------------------------------------------------------


def in_a_thread(person, method, address, body, **more):
    """The answer to a request of a client of its own, on a connection of its own, when it has come."""

    def send():
        try:
            client = APIClient()
            client.credentials(HTTP_AUTHORIZATION=f"Token {person.credentials.token}")
            return getattr(client, method)(address, body, **more)
        finally:
            connections.close_all()

    return ThreadPoolExecutor(1).submit(send)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("who", "method", "address", "body"),
    [
        ("alice", "patch", "/movies/{id}/", {"title": "Theirs"}),
        ("alice", "put", "/{id}/", {"title": "Theirs"}),
        ("bob", "post", "/api/v1/movies/{id}/like/", {}),
        ("bob", "put", "/movies/{id}/rating/", {"rating": 2}),
        ("bob", "post", "/api/v1/movies/{id}/comments/", {"text": "Hm."}),
    ],
)
def test_no_change_by_another_address_comes_between_the_comparison_and_the_change(
    alice, bob, movie, detail, monkeypatch, who, method, address, body
):
    person, begun = {"alice": alice, "bob": bob}[who], []
    compare = ConditionalMiddleware.objection

    def meanwhile(self, request):
        objection = compare(self, request)
        begun.append(in_a_thread(person, method, address.format(id=movie.pk), body))
        time.sleep(0.5)
        assert not begun[0].done()  # it waits, where it could have been done long ago
        return objection

    monkeypatch.setattr(ConditionalMiddleware, "objection", meanwhile)
    changed = alice.patch(detail, {"title": "Mine", "duration": 7}, HTTP_IF_MATCH=alice.get(detail)["ETag"])
    assert changed.status_code == 200
    assert changed.json()["title"] == "Mine"
    assert begun[0].result(30).status_code < 300
    now = alice.get(detail).json()
    assert now["duration"] == 7
    assert now["title"] == body.get("title", "Mine")


@pytest.mark.django_db(transaction=True)
def test_who_waited_for_an_unconditional_change_is_told_that_it_came_first(alice, bob, movie, detail, monkeypatch):
    tag = alice.get(detail)["ETag"]
    begun, write = [], services.write_movie

    def slowly(*arguments):
        if not begun:
            begun.append(in_a_thread(alice, "patch", detail, {"title": "Mine"}, HTTP_IF_MATCH=tag))
            time.sleep(0.5)
            assert not begun[0].done()
        return write(*arguments)

    monkeypatch.setattr("movies.services.write_movie", slowly)
    assert alice.patch(f"/movies/{movie.pk}/", {"title": "Theirs"}).status_code == 200
    assert begun[0].result(30).status_code == 412
    assert alice.get(detail).json()["title"] == "Theirs"


@pytest.mark.django_db(transaction=True)
def test_a_collection_is_held_as_well(alice, monkeypatch):
    made = alice.post("/api/v1/collections/", {"title": "A", "description": "B"}).json()["uuid"]
    address, compare, begun = f"/api/v1/collections/{made}/", ConditionalMiddleware.objection, []

    def meanwhile(self, request):
        objection = compare(self, request)
        begun.append(in_a_thread(alice, "patch", f"/collection/{made}/", {"title": "Theirs"}))
        time.sleep(0.5)
        assert not begun[0].done()
        return objection

    monkeypatch.setattr(ConditionalMiddleware, "objection", meanwhile)
    assert alice.put(address, {"title": "Mine"}, HTTP_IF_MATCH=alice.get(address)["ETag"]).status_code == 200
    assert begun[0].result(30).status_code == 200
    assert alice.get(address).json()["title"] == "Theirs"


@pytest.mark.django_db(transaction=True)
def test_conditional_and_other_changes_of_all_kinds_wait_for_each_other_and_never_in_a_circle(
    alice, bob, movie, detail
):
    """Both with keys, whose transaction holds the count of the limit, and without; covers take the account's lock."""

    def conditional(number):
        return in_a_thread(alice, "patch", detail, {"title": f"T{number}"}, HTTP_IF_MATCH="*")

    def keyed(number):
        address = f"/movies/{movie.pk}/favorite/"
        return in_a_thread(alice, "post", address, {}, HTTP_IDEMPOTENCY_KEY=f"k{number}")

    def both(number):
        more = {"HTTP_IF_MATCH": "*", "HTTP_IDEMPOTENCY_KEY": f"b{number}"}
        return in_a_thread(alice, "patch", f"/{movie.pk}/", {"genre": [f"G{number}"]}, **more)

    def cover(number):
        return in_a_thread(alice, "patch", detail, {"cover_image": upload()}, format="multipart")

    def comment(number):
        return in_a_thread(alice, "post", f"{detail}comments/", {"text": "Hm."})

    running = [kind(number) for number in range(3) for kind in (conditional, keyed, both, cover, comment)]
    assert {one.result(60).status_code for one in running} <= {200, 201, 503}


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
