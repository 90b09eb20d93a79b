"""POST /api/v1/auth/login/, /api/auth/login/, /api/auth/login, /login/ and /account/login/."""

import pytest

from accounts.models import Session, User
from accounts.services import open_session
from accounts.tests.contract import (
    OTHER_PASSWORD,
    PASSWORD,
    Classic,
    Community,
    Compact,
    LoginSuite,
    Showcase,
    Suite,
    as_bearer,
    as_token,
)
from rest.tests.helpers import fields_named


class TestCanonicalLogin(LoginSuite):
    def test_both_kinds_of_credential_belong_to_one_session(self, anonymous, hp1):
        body = self.log_in(anonymous).json()
        for header in (as_token(body["token"]), as_bearer(body["access"])):
            assert anonymous.get("/api/v1/users/me/", **header).status_code == 200
        Session.objects.get().delete()
        for header in (as_token(body["token"]), as_bearer(body["access"])):
            assert anonymous.get("/api/v1/users/me/", **header).status_code == 401

    def test_an_account_that_is_deleted_meanwhile_is_an_account_that_there_is_not(self, anonymous, hp1, monkeypatch):
        User.objects.all().delete()
        monkeypatch.setattr("accounts.services.authentication.authenticate", lambda request, **credentials: hp1)
        assert self.log_in(anonymous).status_code == 401
        assert not Session.objects.exists()

    def test_the_session_remembers_the_client(self, anonymous, hp1):
        self.log_in(anonymous, HTTP_USER_AGENT="Browser/1.0 " + "x" * 300)
        assert Session.objects.get().user_agent == ("Browser/1.0 " + "x" * 300)[:200]


class TestShowcaseLogin(Showcase, LoginSuite):
    pass


class TestCompactLogin(Compact, LoginSuite):
    def test_the_example_of_the_document(self, anonymous):
        registered = anonymous.post(
            "/api/auth/register", {"username": "hp1", "email": "rit@gmail.com", "password": PASSWORD}
        ).json()
        logged_in = self.log_in(anonymous).json()
        assert logged_in["user"] == registered["user"]
        assert logged_in["token"] != registered["token"]

    def test_the_address_answers_with_and_without_its_slash(self, anonymous, hp1):
        for address in ("/api/auth/login", "/api/auth/login/"):
            assert anonymous.post(address, {"username": "hp1", "password": PASSWORD}).status_code == 200


class TestCommunityLogin(Community, LoginSuite):
    def test_the_message_says_what_happened(self, anonymous, hp1):
        assert self.log_in(anonymous).json()["message"] == "Logged in successfully."


class TestClassicLogin(Classic, LoginSuite):
    def test_the_example_of_the_document_although_the_address_is_unconfirmed(self, anonymous):
        sent = {"username": "Aditya", "password": "password123@", "password2": "password123@", "email": "adi@xyz.com"}
        anonymous.post("/account/register/", sent)
        assert not User.objects.get().email_confirmed
        response = anonymous.post("/account/login/", {"username": "Aditya", "password": "password123@"})
        assert response.status_code == 200
        assert set(response.json()) == {"token"}


class TestNamesThatAreAddresses(Suite):
    """Whoever logs in with an address logs in to one account, whatever others call themselves."""

    def whoami(self, client, username, password):
        reply = client.post("/login/", {"username": username, "password": password})
        return reply.json()["user"]["id"] if reply.status_code == 200 else reply.status_code

    @pytest.fixture
    def victim(self, db):
        return User.objects.create_user("victim", "victim@example.com", PASSWORD)

    @pytest.mark.parametrize("name", ["victim@example.com", "VICTIM@Example.com"])
    def test_nobody_takes_anothers_address_for_a_name(self, anonymous, victim, name, alice):
        self.assert_refused(anonymous, "register", self.registration(username=name), {"username"})
        response = alice.patch("/api/v1/users/me/", {"username": name})
        assert set(fields_named(response)) == {"username"}

    def test_nobody_takes_anothers_name_for_an_address(self, anonymous, alice):
        User.objects.create_user("victim@example.com", password=PASSWORD)
        self.assert_refused(anonymous, "register", self.registration(email="Victim@example.com"), {"email"})
        response = alice.patch("/api/v1/users/me/", {"email": "victim@example.com"})
        assert set(fields_named(response)) == {"email"}

    def test_ones_own_address_is_a_fine_name(self, anonymous):
        body = self.registration(username="me@example.com", email="Me@example.com")
        registered = self.send(anonymous, "register", body).json()
        assert self.whoami(anonymous, "ME@example.com", PASSWORD) == registered["user"]["id"]
        me = anonymous.patch("/api/v1/users/me/", {"username": "ME@example.com"}, **as_token(registered["token"]))
        assert me.status_code == 200

    def test_where_both_were_taken_before_the_name_decides(self, anonymous, victim):
        """Version 0.1.0 let them. Neither gets into the other's account."""
        namesake = User.objects.create_user("victim@example.com", password=OTHER_PASSWORD)
        assert self.whoami(anonymous, "victim@example.com", OTHER_PASSWORD) == namesake.pk
        assert self.whoami(anonymous, "victim@example.com", PASSWORD) == 401
        assert self.whoami(anonymous, "victim", PASSWORD) == victim.pk

    def test_either_of_them_can_still_be_saved(self, anonymous, victim, sam):
        namesake = User.objects.create_user("victim@example.com", "n@example.com", OTHER_PASSWORD)
        victim.full_clean()
        namesake.full_clean()
        token = open_session(user=namesake).token
        body = {"username": "Victim@example.com", "email": "n@example.com"}
        assert anonymous.patch("/api/v1/users/me/", body, **as_token(token)).status_code == 200

    def test_nobody_takes_their_own_address_for_a_name_where_another_has_that_name(self, anonymous, victim):
        User.objects.create_user("victim@example.com", "n@example.com", OTHER_PASSWORD)
        header = as_token(open_session(user=victim).token)
        response = anonymous.patch("/api/v1/users/me/", {"username": "victim@example.com"}, **header)
        assert set(fields_named(response)) == {"username"}

    def test_no_address_is_no_identity(self, anonymous):
        User.objects.create_user("one", password=PASSWORD)
        assert User.objects.identified_by("") is None
        assert User.objects.identified_by(" ") is None

    def test_an_address_may_be_longer_than_a_name(self, anonymous):
        address = f"{'x' * 60}@{'y' * 60}.{'z' * 60}.example.com"
        User.objects.create_user("hp1", address, PASSWORD)
        assert self.whoami(anonymous, address, PASSWORD) == User.objects.get().pk


@pytest.mark.parametrize("typed", ["sam", "SAM@example.com"])
def test_the_admin_takes_the_address_as_well(client, sam, typed):
    reply = client.post("/admin/login/?next=/admin/", {"username": typed, "password": "correct-horse-battery"})
    assert (reply.status_code, reply["Location"]) == (302, "/admin/")
