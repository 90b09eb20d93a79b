"""POST /api/v1/auth/login/, /api/auth/login/, /api/auth/login, /login/ and /account/login/."""

from accounts.models import Session, User
from accounts.tests.contract import PASSWORD, Classic, Community, Compact, LoginSuite, Showcase, as_bearer, as_token


class TestCanonicalLogin(LoginSuite):
    def test_both_kinds_of_credential_belong_to_one_session(self, anonymous, hp1):
        body = self.log_in(anonymous).json()
        for header in (as_token(body["token"]), as_bearer(body["access"])):
            assert anonymous.get("/api/v1/users/me/", **header).status_code == 200
        Session.objects.get().delete()
        for header in (as_token(body["token"]), as_bearer(body["access"])):
            assert anonymous.get("/api/v1/users/me/", **header).status_code == 401

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
