"""GET, PATCH and DELETE /api/v1/users/me/"""

from datetime import datetime

import pytest

from accounts.models import Session, User, UserManager
from accounts.services import update_profile
from accounts.tests.contract import PASSWORD, as_bearer, as_token
from collections_app.models import Collection
from movies import services
from movies.models import Comment, Favorite, Like, Movie, MovieStats, Rating
from rest.tests.helpers import fields_named, whole_database

ADDRESS = "/api/v1/users/me/"
PROFILE = {"id", "username", "email", "email_confirmed", "pending_email", "is_staff", "date_joined", "last_login"}


class TestGet:
    def test_a_user_sees_their_own_profile(self, alice, scheme):
        response = alice.use(scheme).get(ADDRESS)
        body = response.json()
        assert response.status_code == 200
        assert set(body) == PROFILE
        assert (body["id"], body["username"], body["email"]) == (alice.user.pk, "alice", "alice@example.com")
        assert (body["email_confirmed"], body["is_staff"]) == (False, False)
        assert datetime.fromisoformat(body["last_login"]) == Session.objects.get().last_used_at

    @pytest.mark.parametrize("method", ["get", "patch", "delete"])
    def test_it_needs_a_credential(self, anonymous, alice, method):
        before = whole_database()
        response = getattr(anonymous, method)(ADDRESS, {"username": "eve"} if method == "patch" else None)
        assert response.status_code == 401
        assert whole_database() == before


class TestPatch:
    def test_name_and_address_can_be_changed(self, alice, scheme):
        response = alice.use(scheme).patch(ADDRESS, {"username": "Alicia", "email": "alicia@example.com"})
        body = response.json()
        assert response.status_code == 200
        assert set(body) == PROFILE
        assert (body["username"], body["email"]) == ("Alicia", "alicia@example.com")
        user = User.objects.get(pk=alice.user.pk)
        assert (user.username, user.username_key, user.email_key) == ("Alicia", "alicia", "alicia@example.com")
        assert alice.get(ADDRESS).status_code == 200

    def test_a_user_may_change_the_case_of_their_own_name(self, alice):
        assert alice.patch(ADDRESS, {"username": "ALICE", "email": "ALICE@example.com"}).status_code == 200
        assert User.objects.get().username == "ALICE"

    def test_the_address_may_be_removed(self, alice):
        assert alice.patch(ADDRESS, {"email": ""}).json()["email"] == ""

    @pytest.mark.parametrize(
        ("body", "named"),
        [
            ({"username": "BOB"}, {"username"}),
            ({"email": "BOB@EXAMPLE.COM"}, {"email"}),
            ({"username": "bob", "email": "bob@example.com"}, {"username", "email"}),
            ({"username": ""}, {"username"}),
            ({"username": None}, {"username"}),
            ({"username": "аlice"}, {"username"}),
            ({"username": "x" * 300}, {"username"}),
            ({"username": "ﷺ" * 20}, {"username"}),
            ({"username": "nul\0"}, {"username"}),
            ({"email": "nobody"}, {"email"}),
            ({"email": ["a@b.com"]}, {"email"}),
        ],
    )
    def test_what_is_taken_or_impossible_is_named_and_changes_nothing(self, alice, bob, body, named):
        before = whole_database()
        response = alice.patch(ADDRESS, body)
        assert response.status_code == 400
        assert set(fields_named(response)) == named
        assert whole_database() == before

    def test_nobody_promotes_themselves(self, alice):
        before = whole_database()
        wishes = {
            "is_staff": True,
            "is_superuser": True,
            "email_confirmed": True,
            "id": 99,
            "password": "x",
            "is_active": 0,
        }
        assert alice.patch(ADDRESS, wishes).status_code == 200
        assert whole_database() == before

    def test_a_profile_change_does_not_undo_what_somebody_else_changed_meanwhile(self, alice):
        read_before = User.objects.get(pk=alice.user.pk)
        alice.user.set_password("another-password-7")
        alice.user.is_active = False
        alice.user.save()
        update_profile(user=read_before, username="alicia")
        user = User.objects.get(pk=alice.user.pk)
        assert (user.username, user.username_key, user.is_active) == ("alicia", "alicia", False)
        assert user.check_password("another-password-7")

    def test_a_name_taken_at_the_last_moment_is_an_error_of_that_field(self, alice, bob, monkeypatch):
        monkeypatch.setattr("accounts.serializers.fields.UniqueAccountMixin.validate", lambda self, attrs: attrs)
        response = alice.patch(ADDRESS, {"username": "BOB"})
        assert response.status_code == 400
        assert set(fields_named(response)) == {"username"}


class TestDelete:
    def test_the_account_is_gone_and_its_credentials_with_it(self, anonymous, alice, bob, scheme):
        response = alice.use(scheme).delete(ADDRESS)
        assert (response.status_code, response.content) == (204, b"")
        assert list(User.objects.values_list("username", flat=True)) == ["bob"]
        mine = alice.credentials
        for header in (as_token(mine.token), as_bearer(mine.access)):
            assert anonymous.get(ADDRESS, **header).status_code == 401
        assert anonymous.post("/api/v1/auth/refresh/", {"refresh": mine.refresh}).status_code == 401
        assert bob.get(ADDRESS).status_code == 200

    def test_nothing_personal_is_left(self, alice, bob, movie):
        bobs = services.add_movie(by=bob.user, title="Brazil")
        services.rate(movie_id=bobs.pk, user=alice.user, half_stars=9)
        services.comment(movie=bobs, user=alice.user, text="remember me")
        for mark in (Like, Favorite):
            services.set_mark(mark, movie_id=bobs.pk, user=alice.user, wanted=True)
        alice.post("/api/v1/collections/", {"title": "my secret list", "description": "d", "movies": [{"title": "x"}]})
        alice.delete(ADDRESS)
        everything = str(whole_database())
        assert not [trace for trace in ("alice", "remember me", "my secret list") if trace in everything]
        for model in (Rating, Like, Favorite, Comment, Collection):
            assert not model.objects.exists()
        assert Session.objects.get().user == bob.user

    def test_the_movies_stay_without_a_name(self, alice, anonymous, movie):
        alice.delete(ADDRESS)
        body = anonymous.get(f"/api/v1/movies/{movie.pk}/").json()
        assert (body["title"], body["user"]) == ("Alien", None)
        assert Movie.objects.count() == 1

    def test_the_counts_of_every_movie_stay_exact(self, alice, bob, charlie, make_movie):
        movies = [make_movie(f"Movie {number}", by=bob) for number in range(3)]
        for movie in movies[:2]:
            for person, half_stars in ((alice, 10), (charlie, 3)):
                services.rate(movie_id=movie.pk, user=person.user, half_stars=half_stars)
                services.set_mark(Like, movie_id=movie.pk, user=person.user, wanted=True)
                services.comment(movie=movie, user=person.user, text="one")
                services.comment(movie=movie, user=person.user, text="two")
        services.set_mark(Favorite, movie_id=movies[2].pk, user=alice.user, wanted=True)
        alice.delete(ADDRESS)
        for movie in movies:
            stats = MovieStats.objects.get(movie=movie)
            half_stars = list(movie.ratings.values_list("half_stars", flat=True))
            assert (stats.ratings_sum, stats.ratings_count) == (sum(half_stars), len(half_stars))
            assert stats.average_rating == (1.5 if half_stars else 0)
            counted = (stats.likes_count, stats.favorites_count, stats.comments_count)
            assert counted == (movie.likes.count(), movie.favorites.count(), movie.comments.count())
        assert MovieStats.objects.filter(ratings_count=1, comments_count=2, likes_count=1).count() == 2

    def test_all_or_nothing(self, alice, bob, make_movie, monkeypatch):
        movie = make_movie("Brazil", by=bob)
        services.rate(movie_id=movie.pk, user=alice.user, half_stars=9)
        before = whole_database()

        def fail(self, *args, **kwargs):
            raise RuntimeError("power cut")

        monkeypatch.setattr(UserManager, "filter", fail)
        with pytest.raises(RuntimeError):
            alice.delete(ADDRESS)
        assert whole_database() == before

    def test_the_name_is_free_again(self, alice, anonymous):
        alice.delete(ADDRESS)
        body = {"username": "alice", "email": "alice@example.com", "password": "password123@"}
        assert anonymous.post("/api/v1/auth/register/", body).status_code == 201

    def test_staff_who_used_the_admin_can_leave_too(self, sam):
        from django.contrib.admin.models import CHANGE, LogEntry

        LogEntry.objects.log_actions(sam.user.pk, [sam.user], CHANGE, "looked at it")
        assert sam.delete(ADDRESS).status_code == 204
        assert not User.objects.exists()


def test_leaving_in_the_middle_of_ones_own_requests_breaks_none_of_them(server, at_once):
    """The feedback that arrives while the account goes either goes with it or is refused; the counts stay exact."""
    bob = server.post("/register/", {"username": "bob", "password": PASSWORD})[1]["token"]
    movies = [server.post("/movies/", {"title": f"Movie {n}"}, Authorization=f"Token {bob}")[1]["id"] for n in range(4)]
    for number in range(4):
        token = server.post("/register/", {"username": f"alice{number}", "password": PASSWORD})[1]["token"]
        header = {"Authorization": f"Token {token}"}

        def act(method, path, body=None, header=header):
            return server.request(method, path, body, **header)[0]

        calls = [("POST", f"/movies/{movie}/comments/", {"text": "hi"}) for movie in movies]
        calls += [("PUT", f"/movies/{movie}/rating/", {"rating": 4}) for movie in movies]
        calls += [
            ("POST", "/collection/", {"title": "t", "description": "d"}),
            ("PATCH", "/api/v1/users/me/", {"email": ""}),
        ]
        statuses = at_once(act, [*calls, ("DELETE", "/api/v1/users/me/")])
        assert set(statuses) <= {200, 201, 204, 401}, statuses
        assert act("GET", "/api/v1/users/me/") == 401
    for movie in movies:
        body = server.get(f"/movies/{movie}/")[1]
        assert (body["comments_count"], body["ratings_count"], body["average_rating"]) == (0, 0, 0)
    assert server.get("/api/v1/users/")[1]["count"] == 1
