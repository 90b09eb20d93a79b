"""POST /api/v1/auth/register/, /api/auth/register/, /api/auth/register, /register/ and /account/register/."""

import pytest

from accounts.models import User
from accounts.tests.contract import (
    PASSWORD,
    Canonical,
    Classic,
    Community,
    Compact,
    RegisterSuite,
    Showcase,
    Suite,
    as_bearer,
    as_token,
)


class TestCanonicalRegister(RegisterSuite):
    pass


class TestShowcaseRegister(Showcase, RegisterSuite):
    pass


class TestCompactRegister(Compact, RegisterSuite):
    def test_the_example_of_the_document(self, anonymous):
        body = self.send(
            anonymous, "register", {"username": "hp1", "email": "rit@gmail.com", "password": PASSWORD}
        ).json()
        assert body["user"] == {"id": User.objects.get().pk, "username": "hp1", "email": "rit@gmail.com"}
        assert len(body["token"]) == 64
        assert int(body["token"], 16)

    def test_the_address_answers_with_and_without_its_slash(self, anonymous):
        for number, address in enumerate(("/api/auth/register", "/api/auth/register/")):
            body = self.registration(username=f"hp{number}", email=f"{number}@gmail.com")
            assert anonymous.post(address, body).status_code == 201


class TestCommunityRegister(Community, RegisterSuite):
    def test_the_example_of_document_004_needs_a_name_and_a_password_only(self, anonymous):
        response = anonymous.post("/register/", {"username": "<username>", "password": "<password>"})
        assert response.status_code == 400  # the placeholders themselves are no name
        body = anonymous.post("/register/", {"username": "hp1", "password": PASSWORD}).json()
        assert body["message"] == "User registered successfully."
        assert body["user"]["email"] == ""
        for header in (as_bearer(body["access"]), as_token(body["token"])):
            assert anonymous.get("/collection/", **header).status_code == 200

    def test_many_accounts_may_have_no_address(self, anonymous):
        for username in ("one", "two"):
            for_it = {"username": username, "password": PASSWORD, "email": ""}
            assert anonymous.post("/register/", for_it).status_code == 201

    @pytest.mark.parametrize("name", ["password2", "password_two"])
    def test_a_repeated_password_has_to_match(self, anonymous, name):
        self.assert_refused(anonymous, "register", self.registration(**{name: PASSWORD + "!"}), {name})
        assert self.send(anonymous, "register", self.registration(**{name: PASSWORD})).status_code == 201


class TestClassicRegister(Classic, RegisterSuite):
    def test_the_example_of_the_document(self, anonymous):
        sent = {"username": "Aditya", "password": "password123@", "password2": "password123@", "email": "adi@xyz.com"}
        response = anonymous.post("/account/register/", sent)
        body = response.json()
        assert response.status_code == 201
        assert body.pop("token")
        assert body == {
            "msg": "Register Succesfully",
            "userdetails": {"email": "adi@xyz.com", "username": "Aditya", "is_active": False},
        }

    def test_the_repeated_password_has_to_match(self, anonymous):
        self.assert_refused(anonymous, "register", self.registration(password2=PASSWORD + "!"), {"password2"})


class TestNoMountKnowsMoreThanTheOthers(Suite):
    def test_an_account_of_any_mount_is_an_account_on_all(self, anonymous):
        mounts = (Canonical(), Showcase(), Compact(), Community(), Classic())
        for number, mount in enumerate(mounts):
            sent = mount.registration(username=f"hp{number}", email=f"{number}@gmail.com")
            assert anonymous.post(mount.address("register"), sent).status_code == 201
            for other in mounts:
                credentials = {"username": f"hp{number}", "password": PASSWORD}
                assert anonymous.post(other.address("login"), credentials).status_code == 200


def test_of_simultaneous_registrations_of_one_name_exactly_one_succeeds(server, at_once):
    addresses = ["/register/", "/api/auth/register", "/api/auth/register/", "/account/register/"] * 2
    spellings = ["élodie", "Élodie", "ÉLODIE", "éLODIE"] * 2

    def register(number):
        body = {
            "username": spellings[number],
            "email": f"{number}@gmail.com",
            "password": PASSWORD,
            "password2": PASSWORD,
        }
        return server.post(addresses[number], body)

    replies = at_once(register, [(number,) for number in range(8)])
    assert sorted(status for status, _ in replies) == [201] + [400] * 7
    for status, body in replies:
        if status == 400:
            assert "username" in str(body)
            assert "already exists" in str(body)
    assert server.get("/api/v1/users/")[1]["count"] == 1


def test_of_simultaneous_registrations_of_one_address_exactly_one_succeeds(server, at_once):
    def register(number):
        address = "Rit@Gmail.com" if number % 2 else "rit@gmail.com"
        return server.post("/register/", {"username": f"hp{number}", "email": address, "password": PASSWORD})

    replies = at_once(register, [(number,) for number in range(8)])
    assert sorted(status for status, _ in replies) == [201] + [400] * 7
    assert {str(body) for status, body in replies if status == 400} == {
        "{'email': ['A user with that e-mail address already exists.']}"
    }
