"""What registering, logging in and logging out have to do on every mount: suites that each mount inherits.

A mount says where it is and what its replies look like; the suites hold the rules, which are the same everywhere.
"""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from accounts.models import Session, User
from rest.exceptions import CHALLENGE
from rest.tests.helpers import detail_of, fields_named, headers_of, is_problem, said_in, whole_database

PASSWORD = "password123@"
OTHER_PASSWORD = "kaleidoscope-7"
USER = {"id", "username", "email"}


def as_token(secret: str) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Token {secret}"}


def as_bearer(secret: str) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Bearer {secret}"}


class Canonical:
    root = "/api/v1/auth/"
    slash = "/"
    has_problems = True
    required = ("username", "email", "password")
    registered = logged_in = {"user", "token", "access", "refresh"}
    logged_out: tuple[int, Any] = (204, None)

    def address(self, name: str) -> str:
        return f"{self.root}{name}{self.slash}"

    def registration(self, **changes: Any) -> dict[str, Any]:
        body = {"username": "hp1", "email": "rit@gmail.com", "password": PASSWORD, **changes}
        return {name: value for name, value in body.items() if value is not None}

    def registered_user(self, body: dict[str, Any]) -> dict[str, Any]:
        assert set(body["user"]) == USER
        return body["user"]


class Showcase(Canonical):
    root = "/api/auth/"
    has_problems = False


class Compact(Showcase):
    slash = ""


class Community(Canonical):
    root = "/"
    has_problems = False
    required = ("username", "password")
    registered = logged_in = {"message", "user", "token", "access", "refresh", "access_token", "refresh_token"}
    logged_out = (200, {"message": "Logged out successfully."})


class Classic(Canonical):
    root = "/account/"
    has_problems = False
    required = ("username", "email", "password", "password2")
    registered = {"msg", "userdetails", "token"}
    logged_in = {"token"}
    logged_out = (200, {"msg": "logged out!"})

    def registration(self, **changes: Any) -> dict[str, Any]:
        body = super().registration(**changes)
        return {"password2": body["password"], **body} if "password" in body else body

    def registered_user(self, body: dict[str, Any]) -> dict[str, Any]:
        assert set(body["userdetails"]) == {"email", "username", "is_active"}
        return body["userdetails"]


class Suite(Canonical):
    """Common to all suites: a refusal is in the mount's shape, names exactly the given fields and changes nothing."""

    def send(self, client: Any, name: str, body: Any, **options: Any) -> Any:
        if isinstance(body, dict):
            body, options = json.dumps(body), {"content_type": "application/json", **options}
        return client.post(self.address(name), body, **options)

    def assert_refused(
        self, client: Any, name: str, body: Any, fields: set[str], **options: Any
    ) -> dict[str, list[str]]:
        before = whole_database()
        response = self.send(client, name, body, **options)
        assert response.status_code == 400, response.content
        assert is_problem(response) == self.has_problems
        named = fields_named(response)
        assert set(named) == fields, named
        assert whole_database() == before
        return named


FORMATS = {
    "json": {"format": "json"},
    "form": {"content_type": "application/x-www-form-urlencoded"},
    "multipart": {"format": "multipart"},
}


def encoded(body: dict[str, str], kind: str) -> dict[str, Any]:
    """The arguments that make APIClient send `body` as that kind of document."""
    return {"data": urlencode(body) if kind == "form" else body, **FORMATS[kind]}


class RegisterSuite(Suite):
    @pytest.mark.parametrize("kind", FORMATS)
    def test_registering_makes_an_account_and_logs_it_in(self, anonymous, kind):
        response = anonymous.post(self.address("register"), **encoded(self.registration(), kind))
        body = response.json()
        assert response.status_code == 201, body
        assert set(body) == self.registered
        assert_is_no_business_of_caches(response)
        assert_named_twice_alike(body)
        user = User.objects.get()
        assert (user.username, user.email, user.check_password(PASSWORD)) == ("hp1", "rit@gmail.com", True)
        shown = self.registered_user(body)
        assert (shown["username"], shown["email"]) == ("hp1", "rit@gmail.com")
        assert Session.objects.get().user == user
        me = anonymous.get("/api/v1/users/me/", **as_token(body["token"])).json()
        assert me["username"] == "hp1"

    def test_a_new_account_can_do_nothing_special_whatever_it_asks_for(self, anonymous):
        wishes = {"is_staff": True, "is_superuser": True, "email_confirmed": True, "id": 7, "is_active": False}
        assert self.send(anonymous, "register", self.registration(**wishes)).status_code == 201
        user = User.objects.get(username="hp1")
        assert (user.is_staff, user.is_superuser, user.email_confirmed, user.is_active) == (False, False, False, True)

    def test_each_missing_field_is_named(self, anonymous):
        self.assert_refused(anonymous, "register", {}, set(self.required))

    @pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
    def test_each_field_missing_from_a_form_is_named(self, anonymous, content_type):
        self.assert_refused(anonymous, "register", b"", set(self.required), content_type=content_type)

    @pytest.mark.parametrize(
        "password", ["short1!", "12345678901", "password", "rit@gmail.com", "xhp1xhp1"], ids=lambda text: text
    )
    def test_a_weak_password_is_refused(self, anonymous, password):
        if password == "xhp1xhp1":
            body = self.registration(username="xhp1xhp", password=password)
        else:
            body = self.registration(password=password)
        self.assert_refused(anonymous, "register", body, {"password"})

    @pytest.mark.parametrize(
        ("taken", "wanted"),
        [("Aditya", "aDITYA"), ("Élodie", "ÉLODIE"), ("Straße", "STRASSE"), ("élodie", "e\u0301lodie")],
    )
    def test_a_taken_name_is_refused_without_case(self, anonymous, taken, wanted):
        User.objects.create_user(taken)
        named = self.assert_refused(anonymous, "register", self.registration(username=wanted), {"username"})
        assert named["username"] == ["A user with that username already exists."]

    @pytest.mark.parametrize("wanted", ["RIT@GMAIL.COM", "rit@gmail.com", "Rit@Gmail.com"])
    def test_a_taken_address_is_refused_without_case(self, anonymous, wanted):
        User.objects.create_user("somebody", "rit@gmail.com")
        named = self.assert_refused(anonymous, "register", self.registration(email=wanted), {"email"})
        assert named["email"] == ["A user with that e-mail address already exists."]

    def test_a_taken_name_and_a_taken_address_are_both_named(self, anonymous):
        User.objects.create_user("hp1", "rit@gmail.com")
        self.assert_refused(anonymous, "register", self.registration(), {"username", "email"})

    @pytest.mark.parametrize("username", ["аlice", "bоb", "pаypal"])
    def test_a_name_that_mixes_look_alike_alphabets_is_refused(self, anonymous, username):
        self.assert_refused(anonymous, "register", self.registration(username=username), {"username"})

    @pytest.mark.parametrize("username", ["Élodie", "Мария", "山田太郎", "a", "x" * 150, "john.doe+1@home-2_3"])
    def test_an_honest_name_of_any_alphabet_is_accepted_and_can_log_in(self, anonymous, username):
        registration = self.registration(username=username)
        assert self.send(anonymous, "register", registration).status_code == 201
        assert User.objects.get().username == username
        assert self.send(anonymous, "login", {"username": username, "password": PASSWORD}).status_code == 200

    @pytest.mark.parametrize("username", ["", " ", "two words", "x" * 151, "nul\0", "slash/", "\ud800", "tab\tbed"])
    def test_an_impossible_name_is_refused(self, anonymous, username):
        self.assert_refused(anonymous, "register", self.registration(username=username), {"username"})

    def test_a_name_that_grows_out_of_bounds_when_normalised_is_refused(self, anonymous):
        self.assert_refused(anonymous, "register", self.registration(username="ﷺ" * 20), {"username"})

    @pytest.mark.parametrize("email", ["nobody", "a@b", "@gmail.com", "a b@gmail.com", "a" * 250 + "@gmail.com"])
    def test_an_impossible_address_is_refused(self, anonymous, email):
        self.assert_refused(anonymous, "register", self.registration(email=email), {"email"})

    def test_the_password_is_taken_as_typed(self, anonymous):
        assert self.send(anonymous, "register", self.registration(password="  two spaces  ")).status_code == 201
        assert User.objects.get().check_password("  two spaces  ")

    def test_a_dead_credential_in_the_header_does_not_matter(self, anonymous):
        assert self.send(anonymous, "register", self.registration(), **as_token("dead")).status_code == 201

    def test_secrets_are_stored_nowhere(self, anonymous):
        body = self.send(anonymous, "register", self.registration()).json()
        assert_stored_nowhere(body, PASSWORD)


def assert_is_no_business_of_caches(response: Any) -> None:
    assert response["Cache-Control"] == "no-store"
    assert "ETag" not in response


def assert_named_twice_alike(body: dict[str, Any]) -> None:
    assert body.get("access_token", body.get("access")) == body.get("access")
    assert body.get("refresh_token", body.get("refresh")) == body.get("refresh")


def assert_stored_nowhere(body: dict[str, Any], *more: str) -> None:
    secrets = [body[name] for name in ("token", "access", "refresh") if name in body] + list(more)
    signatures = [secret.rpartition(".")[2] for secret in secrets]
    everything = str(whole_database())
    assert "'hp1'" in everything
    assert not [secret for secret in secrets + signatures if secret in everything]


class LoginSuite(Suite):
    @pytest.fixture
    def hp1(self, db):
        return User.objects.create_user("hp1", "rit@gmail.com", PASSWORD)

    def log_in(self, client, username="hp1", password=PASSWORD, **options):
        return self.send(client, "login", {"username": username, "password": password}, **options)

    @pytest.mark.parametrize("kind", FORMATS)
    def test_logging_in_gives_credentials(self, anonymous, hp1, kind):
        credentials = {"username": "hp1", "password": PASSWORD}
        response = anonymous.post(self.address("login"), **encoded(credentials, kind))
        body = response.json()
        assert response.status_code == 200, body
        assert set(body) == self.logged_in
        assert_is_no_business_of_caches(response)
        assert_named_twice_alike(body)
        if "user" in body:
            assert body["user"] == {"id": hp1.pk, "username": "hp1", "email": "rit@gmail.com"}
        assert anonymous.get("/api/v1/users/me/", **as_token(body["token"])).json()["id"] == hp1.pk

    @pytest.mark.parametrize("typed", ["HP1", "hP1"])
    def test_the_name_is_compared_without_case(self, anonymous, hp1, typed):
        assert self.log_in(anonymous, typed).status_code == 200

    def test_a_name_with_accents_is_compared_without_case(self, anonymous):
        User.objects.create_user("Élodie", password=PASSWORD)
        assert self.log_in(anonymous, "ÉLODIE").status_code == 200
        assert self.log_in(anonymous, "elodie").status_code == 401

    @pytest.mark.parametrize("typed", ["rit@gmail.com", "RIT@Gmail.com", " rit@gmail.com "])
    def test_the_address_is_as_good_as_the_name(self, anonymous, hp1, typed):
        assert self.log_in(anonymous, typed).status_code == 200
        assert Session.objects.get().user == hp1

    @pytest.mark.parametrize("typed", ["gmail.com", "rit", "rit@", "@", "rit@gmail.com,hp1"])
    def test_a_part_of_the_address_is_not(self, anonymous, hp1, typed):
        assert self.log_in(anonymous, typed).status_code == 401

    def test_logging_in_is_written_down(self, anonymous, hp1):
        self.log_in(anonymous, password=OTHER_PASSWORD)
        assert User.objects.get().last_login is None
        token = self.log_in(anonymous).json()["token"]
        assert User.objects.get().last_login == Session.objects.get().last_used_at
        assert anonymous.get("/api/v1/users/me/", **as_token(token)).json()["last_login"]

    def test_every_login_is_a_session_with_a_token_of_its_own(self, anonymous, hp1):
        tokens = {self.log_in(anonymous).json()["token"] for _ in range(3)}
        assert len(tokens) == 3
        assert Session.objects.filter(user=hp1).count() == 3
        assert {anonymous.get("/api/v1/users/me/", **as_token(token)).status_code for token in tokens} == {200}

    def test_the_secrets_are_stored_nowhere(self, anonymous, hp1):
        assert_stored_nowhere(self.log_in(anonymous).json(), PASSWORD)

    def test_wrong_password_and_unknown_user_are_told_apart_by_nothing(self, anonymous, hp1, hashings):
        User.objects.create_user("away", password=PASSWORD, is_active=False)
        before, answers = whole_database(), []
        tries = [("hp1", OTHER_PASSWORD), ("nobody", PASSWORD), ("away", PASSWORD), ("nobody@gmail.com", PASSWORD)]
        for username, password in [*tries, ("rit@gmail.com", OTHER_PASSWORD)]:
            hashings.clear()
            response = self.log_in(anonymous, username, password)
            answers.append((response.status_code, said_in(response), headers_of(response), len(hashings)))
        assert all(answer == answers[0] for answer in answers)
        assert answers[0][0] == 401
        assert answers[0][3] == 1
        assert whole_database() == before

    def test_a_refusal_has_the_shape_of_the_mount(self, anonymous, hp1):
        response = self.log_in(anonymous, password=OTHER_PASSWORD)
        assert is_problem(response) == self.has_problems
        assert detail_of(response) == "Unable to log in with the provided credentials."
        assert response["WWW-Authenticate"] == CHALLENGE
        assert_is_no_business_of_caches(response)

    @pytest.mark.parametrize(
        ("body", "named"),
        [
            ({}, {"username", "password"}),
            ({"username": "hp1"}, {"password"}),
            ({"password": PASSWORD}, {"username"}),
            ({"username": "", "password": ""}, {"username", "password"}),
            ({"username": None, "password": PASSWORD}, {"username"}),
            ({"username": "hp1", "password": [PASSWORD]}, {"password"}),
            ({"username": {"hp1": 1}, "password": PASSWORD}, {"username"}),
            ({"username": "x" * 300, "password": PASSWORD}, {"username"}),
            ({"username": "hp1\0", "password": PASSWORD + "\0"}, {"username", "password"}),
            ({"username": "hp1", "password": "x" * 1025}, {"password"}),
        ],
    )
    def test_what_is_missing_or_impossible_is_named(self, anonymous, hp1, body, named):
        self.assert_refused(anonymous, "login", body, named)

    def test_a_dead_credential_in_the_header_does_not_keep_anybody_out(self, anonymous, hp1):
        for header in (as_token("dead"), as_bearer("dead"), as_token("")):
            assert self.log_in(anonymous, **header).status_code == 200

    def test_a_user_without_a_password_cannot_log_in(self, anonymous):
        User.objects.create_user("hp1")
        for password in ("!", "None", PASSWORD):
            assert self.log_in(anonymous, password=password).status_code == 401


class LogoutSuite(Suite):
    def test_logout_ends_its_own_session_with_all_its_credentials(self, anonymous, person, scheme):
        alice = person("alice", scheme)
        second = alice.client.post(
            "/api/v1/auth/login/", {"username": "alice", "password": "correct-horse-battery"}
        ).json()
        response = alice.post(self.address("logout"))
        body = response.json() if response.content else None
        assert (response.status_code, body) == self.logged_out
        mine = alice.credentials
        assert anonymous.get("/api/v1/users/me/", **as_token(mine.token)).status_code == 401
        assert anonymous.get("/api/v1/users/me/", **as_bearer(mine.access)).status_code == 401
        assert anonymous.post("/api/v1/auth/refresh/", {"refresh": mine.refresh}).status_code == 401
        assert anonymous.get("/api/v1/users/me/", **as_token(second["token"])).status_code == 200
        assert anonymous.get("/api/v1/users/me/", **as_bearer(second["access"])).status_code == 200
        assert anonymous.post("/api/v1/auth/refresh/", {"refresh": second["refresh"]}).status_code == 200

    def test_logout_leaves_other_users_alone(self, alice, bob):
        assert alice.post(self.address("logout")).status_code == self.logged_out[0]
        assert bob.get("/api/v1/users/me/").status_code == 200

    def test_logging_out_twice_is_refused_the_second_time(self, alice):
        assert alice.post(self.address("logout")).status_code == self.logged_out[0]
        assert alice.post(self.address("logout")).status_code == 401

    def test_logout_needs_a_credential(self, anonymous):
        response = anonymous.post(self.address("logout"))
        assert response.status_code == 401
        assert is_problem(response) == self.has_problems
        assert response["WWW-Authenticate"] == CHALLENGE

    def test_logout_is_not_for_get(self, alice):
        response = alice.get(self.address("logout"))
        assert response.status_code == 405
        assert is_problem(response) == self.has_problems
