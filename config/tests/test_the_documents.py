"""A walk through the five documents: every address, payload and reply as it is written there, one class a document.

Where a document only describes a reply, the contract of the dialect says what it is. What a document shows as an example
is compared with `as_documented()`.
"""

from typing import Any, ClassVar

import pytest
from post_office.models import Email
from rest_framework.test import APIClient

from collections_app.tests.contract import DOCUMENT as COLLECTION
from collections_app.tests.contract import QUEERAMA, SATANA
from movies.models import Director, Genre
from rest.tests.helpers import fields_named

VARIES = {"id", "token", "created_on", "updated_on", "movie"}  # another value each time, of the same type


def as_documented(reply: Any, document: Any) -> None:
    """Asserts that a reply has the document's keys, types and values, apart from those that vary by nature."""
    assert type(reply) is type(document), (reply, document)
    if isinstance(document, dict):
        assert set(reply) == set(document)
        for name, value in document.items():
            if name in VARIES:
                assert type(reply[name]) is type(value), name
            else:
                as_documented(reply[name], value)
    elif isinstance(document, list):
        assert len(reply) == len(document)
        for item, example in zip(reply, document, strict=True):
            as_documented(item, example)
    else:
        assert reply == document


class Visitor(APIClient):
    """A client that knows the documents' addresses, and sends JSON."""

    def send(self, method: str, url: str, body: Any = None, **headers: str) -> Any:
        return getattr(self, method.lower())(url, body, format="json", headers=headers)


@pytest.fixture
def visitor(db: None) -> Visitor:
    return Visitor()


class TestDocument000:
    """classic"""

    HOST = "http://localhost:8000"
    REGISTRATION: ClassVar[dict[str, str]] = {
        "username": "Aditya",
        "password": "password123@",
        "password2": "password123@",
        "email": "adi@xyz.com",
    }
    REGISTERED: ClassVar[dict[str, Any]] = {
        "msg": "Register Succesfully",
        "userdetails": {"email": "adi@xyz.com", "username": "Aditya", "is_active": False},
        "token": "c275ab430a987a35e2291b8de51f2fdec28de8cf",
    }
    DIRECTOR: ClassVar[dict[str, Any]] = {
        "id": 1,
        "name": "DDLJ Director",
        "created_on": "2023-07-17T20:40:38.548140Z",
        "updated_on": "2023-07-17T20:40:38.548169Z",
    }
    MOVIE: ClassVar[dict[str, Any]] = {
        "id": 1,
        "title": "DDLJ 2",
        "description": "",
        "average_rating": 0,
        "total_review": 0,
        "released_date": None,
        "duration": None,
        "director": DIRECTOR,
        "genre": [{"genre": "Adventure"}, {"genre": "Drama"}],
    }

    @pytest.fixture
    def aditya(self, visitor: Visitor) -> dict[str, str]:
        """The header of who has just registered."""
        reply = visitor.send("POST", f"{self.HOST}/account/register/", self.REGISTRATION)
        return {"Authorization": f"Token {reply.json()['token']}"}

    def test_register_login_and_logout(self, visitor):
        registered = visitor.send("POST", f"{self.HOST}/account/register/", self.REGISTRATION)
        assert registered.status_code == 201
        as_documented(registered.json(), self.REGISTERED)

        login = {"username": "Aditya", "password": "password123@"}
        logged_in = visitor.send("POST", f"{self.HOST}/account/login/", login)
        assert logged_in.status_code == 200
        as_documented(logged_in.json(), {"token": "c275ab430a987a35e2291b8de51f2fdec28de8cf"})

        header = {"Authorization": f"Token {logged_in.json()['token']}"}
        logged_out = visitor.send("POST", f"{self.HOST}/account/logout/", **header)
        assert (logged_out.status_code, logged_out.json()) == (200, {"msg": "logged out!"})
        assert visitor.send("POST", f"{self.HOST}/account/logout/", **header).status_code == 401

    def test_the_movies_are_added_listed_and_updated(self, visitor, aditya):
        director = Director.objects.create(name="DDLJ Director")
        genres = [Genre.objects.create(name=name) for name in ("Adventure", "Drama")]
        new = {"title": "DDLJ 2", "director": {"id": director.pk}, "genre": [{"id": genre.pk} for genre in genres]}
        added = visitor.send("POST", f"{self.HOST}/", new, **aditya)
        assert added.status_code == 201
        as_documented(added.json(), self.MOVIE)
        as_documented(visitor.send("GET", f"{self.HOST}/").json(), [self.MOVIE])

        change = {"title": "DDLJ 1", "genre": [{"id": genres[0].pk}]}
        for method in ("PUT", "PATCH"):
            updated = visitor.send(method, f"{self.HOST}/{added.json()['id']}/", change, **aditya)
            assert updated.status_code == 200
            as_documented(updated.json(), {**self.MOVIE, "title": "DDLJ 1", "genre": [{"genre": "Adventure"}]})


class TestDocument001:
    """compact"""

    HOST = "http://127.0.0.1:8000/api/auth"
    HP1: ClassVar[dict[str, Any]] = {"id": 21, "username": "hp1", "email": "rit@gmail.com"}
    TOKEN = "53b5c7208b5a15a22879655d9eec685661ca1bee95bac901b6a2d436dcdfb6aa"
    TRANSFORMERS: ClassVar[list[dict[str, Any]]] = [
        {"id": 36, "title": "Transformer", "director": "XYZ"},
        {"id": 37, "title": "Transformer", "director": "XYZ"},
    ]
    RATINGS: ClassVar[list[dict[str, Any]]] = [
        {"id": 15, "movie": 6, "rating": 2},
        {"id": 16, "movie": 6, "rating": 2},
        {"id": 17, "movie": 3, "rating": 4},
    ]

    def registered(self, visitor: Visitor, username: str = "hp1", email: str = "rit@gmail.com") -> Any:
        body = {"username": username, "email": email, "password": "password123@"}
        return visitor.send("POST", f"{self.HOST}/register", body)

    def header(self, visitor: Visitor, username: str) -> dict[str, str]:
        return {"Authorization": f"Token {self.registered(visitor, username, f'{username}@x.com').json()['token']}"}

    def test_register_login_and_logout(self, visitor):
        registered = self.registered(visitor)
        assert registered.status_code == 201
        login = {"username": "hp1", "password": "password123@"}
        logged_in = visitor.send("POST", f"{self.HOST}/login", login)
        assert logged_in.status_code == 200
        for reply in (registered.json(), logged_in.json()):
            as_documented({name: reply[name] for name in ("user", "token")}, {"user": self.HP1, "token": self.TOKEN})
            assert len(reply["token"]) == len(self.TOKEN)
        assert registered.json()["token"] != logged_in.json()["token"]

        header = {"Authorization": f"Token {logged_in.json()['token']}"}
        logged_out = visitor.send("POST", f"{self.HOST}/logout", **header)
        assert (logged_out.status_code, logged_out.content) == (204, b"")

    def test_the_movies_are_added_and_listed_with_ascending_ids(self, visitor):
        header = self.header(visitor, "hp1")
        for expected in self.TRANSFORMERS:
            body = {"title": "Transformer", "director": "XYZ"}
            added = visitor.send("POST", f"{self.HOST}/movies", body, **header)
            assert added.status_code == 201
            as_documented(added.json(), expected)
        listed = visitor.send("GET", f"{self.HOST}/movies").json()
        as_documented(listed, self.TRANSFORMERS)
        assert listed[0]["id"] < listed[1]["id"]

    def test_the_movies_are_rated_but_not_ones_own(self, visitor):
        owner, fans = self.header(visitor, "hp1"), [self.header(visitor, name) for name in ("hp2", "hp3")]
        body = {"title": "Transformer", "director": "XYZ"}
        first, second = (visitor.send("POST", f"{self.HOST}/movies", body, **owner).json()["id"] for _ in range(2))
        given = [(fans[0], first, 2), (fans[1], first, 2), (fans[0], second, 4)]
        for (fan, movie, stars), expected in zip(given, self.RATINGS, strict=True):
            rated = visitor.send("POST", f"{self.HOST}/rating", {"movie": movie, "rating": stars}, **fan)
            assert rated.status_code == 201
            as_documented(rated.json(), expected)
        as_documented(visitor.send("GET", f"{self.HOST}/rating").json(), self.RATINGS)
        for header in (owner, fans[0]):
            refused = visitor.send("POST", f"{self.HOST}/rating", {"movie": first, "rating": 5}, **header)
            assert (refused.status_code, refused.json()) == (403, {"detail": "You cant rate it "})


class TestDocument002:
    """community"""

    def registered(self, visitor: Visitor, username: str) -> dict[str, str]:
        body = {"username": username, "email": f"{username}@example.com", "password": "password123@"}
        reply = visitor.send("POST", "/register/", body)
        assert reply.status_code == 201
        assert reply.json()["message"]
        return {"Authorization": f"Token {reply.json()['token']}"}

    def test_register_login_and_logout(self, visitor):
        self.registered(visitor, "carmen")
        logged_in = visitor.send("POST", "/login/", {"username": "carmen", "password": "password123@"})
        assert logged_in.status_code == 200
        header = {"Authorization": f"Token {logged_in.json()['token']}"}
        assert set(visitor.send("POST", "/logout/", **header).json()) == {"message"}
        assert visitor.send("POST", "/movies/", {"title": "Alien"}, **header).status_code == 401

    def test_movies_are_created_listed_retrieved_updated_and_deleted_by_their_creator(self, visitor):
        carmen, other = self.registered(visitor, "carmen"), self.registered(visitor, "other")
        assert visitor.send("POST", "/movies/", {"title": "Alien"}).status_code == 401
        created = visitor.send("POST", "/movies/", {"title": "Alien", "genres": ["Horror"]}, **carmen)
        assert created.status_code == 201
        about_movie = f"number {created.json()['id']}"
        mails = [email for email in Email.objects.filter(to="carmen@example.com") if about_movie in email.message]
        assert len(mails) == 1
        page = visitor.send("GET", "/movies/").json()
        assert set(page) == {"count", "next", "previous", "results"}
        address = f"/movies/{created.json()['id']}/"
        assert page["results"] == [visitor.send("GET", address).json()]
        for method, body in (("PATCH", {"title": "Aliens"}), ("DELETE", None)):
            assert visitor.send(method, address, body, **other).status_code == 403
        assert visitor.send("PATCH", address, {"title": "Aliens"}, **carmen).json()["title"] == "Aliens"
        assert visitor.send("DELETE", address, **carmen).status_code == 204
        assert visitor.send("GET", address).status_code == 404

    def test_movies_are_liked_and_each_has_a_like_count(self, visitor):
        carmen = self.registered(visitor, "carmen")
        address = f"/movies/{visitor.send('POST', '/movies/', {'title': 'Alien'}, **carmen).json()['id']}/"
        liked = visitor.send("POST", f"{address}like/", **carmen)
        assert (liked.status_code, liked.json()["likes_count"]) == (201, 1)
        likes = visitor.send("GET", f"{address}like/").json()
        assert (likes["likes_count"], [user["username"] for user in likes["likes"]]) == (1, ["carmen"])
        assert visitor.send("GET", address).json()["like_count"] == 1

    def test_comments_are_added_viewed_and_deleted(self, visitor):
        carmen, other = self.registered(visitor, "carmen"), self.registered(visitor, "other")
        address = f"/movies/{visitor.send('POST', '/movies/', {'title': 'Alien'}, **carmen).json()['id']}/comments/"
        assert visitor.send("POST", address, {"text": "Good."}).status_code == 401
        added = visitor.send("POST", address, {"text": "Good."}, **carmen)
        assert added.status_code == 201
        assert visitor.send("GET", address).json() == [added.json()]
        assert visitor.send("DELETE", f"/comments/{added.json()['id']}/", **other).status_code == 403
        assert visitor.send("DELETE", f"/comments/{added.json()['id']}/", **carmen).status_code == 204
        assert visitor.send("GET", address).json() == []

    def test_movies_are_found_by_title_and_filtered_by_genre(self, visitor):
        carmen = self.registered(visitor, "carmen")
        body = {"title": "Alien", "genre": "Horror, Science Fiction"}
        alien = visitor.send("POST", "/movies/", body, **carmen).json()
        visitor.send("POST", "/movies/", {"title": "Amélie"}, **carmen)
        assert visitor.send("GET", "/movies/search/?q=alien").json() == [alien]
        assert visitor.send("GET", "/movies/genre/?genre=horror").json() == [alien]

    def test_its_documentation_is_at_swagger(self, visitor):
        assert visitor.get("http://127.0.0.1:8000/swagger/", HTTP_ACCEPT="text/html").status_code == 200


class TestDocument003:
    """showcase"""

    INCEPTION: ClassVar[dict[str, Any]] = {
        "title": "Inception",
        "description": "A thief who steals secrets through dreams is to plant one.",
        "release_date": "2010-07-16",
        "director": "Christopher Nolan",
        "genre": "Action, Science Fiction",
    }
    KEYS: ClassVar[set[str]] = {
        "id", "title", "description", "release_date", "director", "genre", "cover_image", "favorite", "user",
        "average_rating", "likes_count", "favorites_count",
    }  # fmt: skip

    @pytest.fixture
    def nora(self, visitor: Visitor) -> dict[str, str]:
        body = {"username": "nora", "email": "nora@example.com", "password": "password123@"}
        reply = visitor.send("POST", "/api/auth/register/", body)
        return {"Authorization": f"Bearer {reply.json()['access']}"}

    def test_register_login_and_refresh(self, visitor):
        body = {"username": "nora", "email": "nora@example.com", "password": "password123@"}
        assert set(fields_named(visitor.send("POST", "/api/auth/register/", {}))) == set(body)
        registered = visitor.send("POST", "/api/auth/register/", body)
        assert (registered.status_code, set(registered.json())) == (201, {"user", "token", "access", "refresh"})
        del body["email"]
        assert set(fields_named(visitor.send("POST", "/api/auth/login/", {}))) == set(body)
        logged_in = visitor.send("POST", "/api/auth/login/", body).json()
        for _ in range(3):  # "the refresh token obtained during login"
            renewed = visitor.send("POST", "/api/auth/refresh/", {"refresh": logged_in["refresh"]})
            assert (renewed.status_code, set(renewed.json())) == (200, {"access", "refresh"})
        header = {"Authorization": f"Bearer {renewed.json()['access']}"}
        assert visitor.send("POST", "/api/movies/", self.INCEPTION, **header).status_code == 201

    def test_a_movie_is_added_shown_and_updated(self, visitor, nora):
        added = visitor.send("POST", "/api/movies/", self.INCEPTION, **nora)
        assert (added.status_code, set(added.json())) == (201, self.KEYS)
        assert self.INCEPTION.items() <= added.json().items()
        assert (added.json()["favorite"], added.json()["cover_image"]) == (False, None)
        address = f"/api/movies/{added.json()['id']}/"
        assert visitor.send("GET", address).json() == added.json()
        assert visitor.send("GET", "/api/movies/").json() == [added.json()]
        change = {**added.json(), "title": "Inception 2", "favorite": True}
        updated = visitor.send("PUT", address, change, **nora).json()
        assert updated == {**added.json(), "title": "Inception 2", "favorite": True, "favorites_count": 1}

    @pytest.mark.parametrize("name", INCEPTION)
    def test_what_is_required_is_asked_for(self, visitor, nora, name):
        address = f"/api/movies/{visitor.send('POST', '/api/movies/', self.INCEPTION, **nora).json()['id']}/"
        body = {key: value for key, value in self.INCEPTION.items() if key != name}
        for method, url in (("POST", "/api/movies/"), ("PUT", address)):
            refused = visitor.send(method, url, body, **nora)
            assert (refused.status_code, refused.json()) == (400, {name: ["This field is required."]})

    def test_the_lists_are_arrays_of_movies(self, visitor, nora):
        movie = visitor.send("POST", "/api/movies/", {**self.INCEPTION, "favorite": True}, **nora).json()
        for address in ("", "search/?q=nolan", "search/?q=inception", "search/?q=action", "most-liked/", "newest/"):
            assert visitor.send("GET", f"/api/movies/{address}", **nora).json() == [movie], address
        categories = visitor.send("GET", "/api/movies/categories/", **nora).json()
        assert [(category["name"], category["movies"]) for category in categories] == [
            ("Action", [movie]),
            ("Science Fiction", [movie]),
        ]
        assert visitor.send("GET", "/api/movies/search/").status_code == 400

    def test_the_favourite_is_toggled(self, visitor, nora):
        pk = visitor.send("POST", "/api/movies/", self.INCEPTION, **nora).json()["id"]
        for is_favorite in (True, False, True):
            toggled = visitor.send("POST", f"/api/movies/{pk}/favorite/", **nora)
            assert (toggled.status_code, toggled.json()["favorite"]) == (200, is_favorite)
            assert visitor.send("GET", f"/api/movies/{pk}/", **nora).json()["favorite"] is is_favorite

    def test_all_users_are_listed(self, visitor, nora):
        (user,) = visitor.send("GET", "/api/users/").json()
        assert (set(user), user["username"]) == ({"id", "username"}, "nora")


class TestDocument004:
    """collector"""

    HOST = "http://localhost:8000"

    @pytest.fixture
    def bearer(self, visitor: Visitor) -> dict[str, str]:
        """Registered and logged in as the document says."""
        body = {"username": "viewer", "password": "password123@"}
        registered = visitor.send("POST", f"{self.HOST}/register/", body)
        assert registered.status_code == 201
        logged_in = visitor.send("POST", f"{self.HOST}/login/", body)
        assert logged_in.status_code == 200
        for reply in (registered.json(), logged_in.json()):
            assert (reply["access_token"], reply["refresh_token"]) == (reply["access"], reply["refresh"])
        return {"Authorization": f"Bearer {logged_in.json()['access_token']}"}

    def test_a_collection_is_created_retrieved_updated_and_deleted(self, visitor, bearer):
        created = visitor.send("POST", f"{self.HOST}/collection/", COLLECTION, **bearer)
        assert (created.status_code, set(created.json())) == (201, {"collection_uuid"})
        uuid = created.json()["collection_uuid"]

        listed = visitor.send("GET", f"{self.HOST}/collection/", **bearer).json()
        assert listed["is_success"] is True
        assert listed["data"]["favourite_genres"] == ""
        (collection,) = listed["data"]["collections"]
        assert {name: collection[name] for name in ("uuid", "title", "description", "movies")} == {
            "uuid": uuid,
            **{name: COLLECTION[name] for name in ("title", "description", "movies")},
        }

        movies = [
            {"title": "Queerama", "description": "", "genres": "Documentary,History", "uuid": QUEERAMA},
            {"title": "Satana likuyushchiy", "description": "", "genres": "Drama, History", "uuid": SATANA},
        ]
        change = {"title": "ho", "movies": movies}
        updated = visitor.send("PUT", f"{self.HOST}/collection/{uuid}/", change, **bearer)
        assert updated.status_code == 200
        assert updated.json()["message"]
        listed = visitor.send("GET", f"{self.HOST}/collection/", **bearer).json()
        assert listed["data"]["favourite_genres"] == "History, Documentary, Drama"
        assert listed["data"]["collections"][0]["movies"] == movies

        deleted = visitor.send("DELETE", f"{self.HOST}/collection/{uuid}/", **bearer)
        assert (deleted.status_code, deleted.content) == (204, b"")
        assert visitor.send("GET", f"{self.HOST}/collection/", **bearer).json()["data"]["collections"] == []

    def test_collections_need_the_token(self, visitor):
        for method in ("GET", "POST"):
            assert visitor.send(method, f"{self.HOST}/collection/").status_code == 401

    def test_requests_are_counted_and_the_count_is_reset(self, visitor):
        assert set(visitor.send("GET", f"{self.HOST}/request-count/").json()) == {"requests"}
        reset = visitor.send("POST", f"{self.HOST}/request-count/reset/")
        assert (reset.status_code, reset.json()) == (200, {"message": "Request count reset successfully"})
        assert visitor.send("GET", f"{self.HOST}/request-count/").json() == {"requests": 1}
        assert visitor.send("GET", f"{self.HOST}/request-count/").json() == {"requests": 2}
