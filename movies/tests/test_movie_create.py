"""POST /api/v1/movies/, /api/movies/, /movies/, /api/auth/movies and /"""

from urllib.parse import urlencode

import pytest

from movies.models import Director, Favorite, Genre, Movie
from movies.tests.contract import (
    UNKNOWN_ID,
    Canonical,
    Classic,
    Community,
    Compact,
    CreateSuite,
    Showcase,
    WholeBodySuite,
    refused_fields,
)
from rest.tests.helpers import is_problem


class FavoriteAndUserSuite:
    """What only the mounts with favourites and users take."""

    def created(self, who, **changes):
        response = who.post(self.list_url, self.body(**changes))
        assert response.status_code == 201, response.content
        return response.json()

    def test_a_new_movie_is_no_favourite_unless_asked_for(self, alice):
        for sent, is_favorite in ((None, False), ({"favorite": False}, False), ({"favorite": True}, True)):
            shown = self.created(alice, **(sent or {}))
            assert (shown["favorite"], shown["favorites_count"]) == (is_favorite, int(is_favorite))
            assert Favorite.objects.filter(user=alice.user, movie=shown["id"]).exists() == is_favorite

    @pytest.mark.parametrize(("sent", "is_favorite"), [("true", True), ("1", True), ("false", False), (None, False)])
    def test_a_form_may_ask_for_the_favourite(self, alice, sent, is_favorite):
        body = self.body() if sent is None else self.body(favorite=sent)
        assert alice.post(self.list_url, body, format="multipart").json()["favorite"] is is_favorite

    @pytest.mark.parametrize("favorite", ["perhaps", "yes", "true", "", [], {}, 0, 1, 7, 1.0, None])
    def test_a_bad_favourite_is_400(self, alice, favorite):
        assert self.refused_fields(alice.post(self.list_url, self.body(favorite=favorite))) == {"favorite"}
        assert not Movie.objects.exists()

    @pytest.mark.parametrize("user", [UNKNOWN_ID, None, "x", {}, [1]])
    def test_user_is_ignored_unless_staff_sends_it(self, alice, user):
        assert self.created(alice, user=user)["user"] == self.shown_user(alice.user)

    def test_nobody_can_pass_a_movie_to_somebody_else(self, alice, bob):
        assert self.created(alice, user=bob.user.pk)["user"] == self.shown_user(alice.user)

    def test_staff_may_say_who_added_it(self, alice, sam):
        for user in (alice.user.pk, str(alice.user.pk), {"id": alice.user.pk}, {"id": alice.user.pk, "username": "x"}):
            assert self.created(sam, user=user)["user"] == self.shown_user(alice.user)
        assert self.created(sam, user=None)["user"] is None
        assert self.created(sam)["user"] == self.shown_user(sam.user)

    @pytest.mark.parametrize(
        "user", [UNKNOWN_ID, "alice", -1, 10**20, {"id": UNKNOWN_ID}, {"id": []}, [1], 1.5, True, False, 0, [], {}]
    )
    def test_an_unknown_user_from_staff_is_400(self, alice, sam, user):
        assert refused_fields(sam.post(self.list_url, self.body(user=user))) == {"user"}

    def test_a_form_repeats_the_genre(self, alice):
        form = "title=A&description=B&release_date=2000-01-01&director=C&genre=Drama&genre=Comedy&genre="
        response = alice.post(self.list_url, form, content_type="application/x-www-form-urlencoded")
        assert response.status_code == 201, response.content
        assert [genre.name for genre in Movie.objects.get().genre_list] == ["Drama", "Comedy"]


class TestCanonical(Canonical, CreateSuite, WholeBodySuite, FavoriteAndUserSuite):
    def test_errors_are_problem_details(self, alice):
        response = alice.post(self.list_url, self.without("title"))
        assert response["Content-Type"] == "application/problem+json"
        assert is_problem(response)
        assert response.json()["errors"] == [
            {"field": "title", "pointer": "#/title", "detail": "This field is required.", "code": "required"}
        ]

    def test_a_broken_genre_is_pointed_at(self, alice):
        errors = alice.post(self.list_url, self.body(genre=["Drama", {"id": UNKNOWN_ID}])).json()["errors"]
        assert [(error["field"], error["pointer"]) for error in errors] == [("genre.1", "#/genre/1")]


class TestShowcase(Showcase, CreateSuite, WholeBodySuite, FavoriteAndUserSuite):
    @pytest.mark.parametrize(
        ("field", "empty"),
        [
            *(("description", empty) for empty in ("", "  ", "\u200b")),
            *(("release_date", empty) for empty in (None, "")),
            *(("director", empty) for empty in (None, "", " ")),
            *(("genre", empty) for empty in (None, "", [], [""], " , ")),
        ],
    )
    def test_a_required_field_must_say_something(self, alice, field, empty):
        assert self.refused_fields(alice.post(self.list_url, self.body(**{field: empty}))) == {field}
        assert not Movie.objects.exists()

    @pytest.mark.parametrize("field", ["title", "description", "release_date", "director", "genre"])
    def test_an_empty_field_of_a_form_says_nothing_either(self, alice, field):
        form = urlencode(self.body(genre="Science Fiction") | {field: ""})
        response = alice.post(self.list_url, form, content_type="application/x-www-form-urlencoded")
        assert self.refused_fields(response) == {field}

    def test_the_movie_of_document_003(self, alice):
        body = self.body(genre="Science Fiction, Thriller", favorite=True)
        response = alice.post(self.list_url, body)
        assert response.json() == {
            "id": Movie.objects.get().pk,
            "title": "Blade Runner",
            "description": "Los Angeles, 2019.",
            "release_date": "1982-06-25",
            "director": "Ridley Scott",
            "genre": "Science Fiction, Thriller",
            "cover_image": None,
            "favorite": True,
            "user": alice.user.pk,
            "average_rating": 0,
            "likes_count": 0,
            "favorites_count": 1,
        }
        assert alice.get(response["Location"]).json() == response.json()


class TestCommunity(Community, CreateSuite, WholeBodySuite, FavoriteAndUserSuite):
    def test_a_title_is_enough_and_the_rest_is_empty(self, alice):
        shown = alice.post(self.list_url, {"title": "Alien"}).json()
        assert (shown["description"], shown["genre"]) == ("", [])
        assert {shown[name] for name in ("release_date", "duration", "director", "cover_image")} == {None}

    def test_errors_are_the_plain_ones(self, alice):
        response = alice.post(self.list_url, {})
        assert response["Content-Type"] == "application/json"
        assert response.json() == {"title": ["This field is required."]}


class TestCompact(Compact, CreateSuite):
    def test_the_example_of_document_001(self, alice):
        response = alice.post("/api/auth/movies", {"title": "Transformer", "director": "XYZ"})
        assert response.status_code == 201
        expected = {"id": Movie.objects.get().pk, "title": "Transformer", "director": "XYZ"}
        assert response.json() == expected


class TestClassic(Classic, CreateSuite, WholeBodySuite):
    def test_the_example_of_document_000(self, alice):
        director = Director.objects.create(name="DDLJ Director")
        genres = [Genre.objects.create(name=name) for name in ("Adventure", "Drama")]
        body = {"title": "DDLJ 2", "director": {"id": director.pk}, "genre": [{"id": genre.pk} for genre in genres]}
        response = alice.post("/", body)
        assert response.status_code == 201
        stamp = {name: response.json()["director"][name] for name in ("created_on", "updated_on")}
        assert response.json() == {
            "id": Movie.objects.get().pk,
            "title": "DDLJ 2",
            "description": "",
            "average_rating": 0,
            "total_review": 0,
            "released_date": None,
            "duration": None,
            "director": {"id": director.pk, "name": "DDLJ Director", **stamp},
            "genre": [{"genre": "Adventure"}, {"genre": "Drama"}],
        }

    def test_a_genre_may_be_sent_as_it_is_shown(self, alice):
        shown = alice.post("/", self.body(genre=[{"genre": "Drama"}, {"genre": "1984"}])).json()
        assert shown["genre"] == [{"genre": "Drama"}, {"genre": "1984"}]

    def test_the_canonical_name_of_the_date_means_nothing_here(self, alice):
        assert alice.post("/", {"title": "Alien", "release_date": "1979-05-25"}).json()["released_date"] is None
