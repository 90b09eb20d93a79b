"""/api/v1/users/me/second-factor/, confirm/ and recovery-codes/"""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from django.utils import timezone
from post_office.models import Email

from accounts import codes
from accounts.models import PersonalToken, RecoveryCode, SecondFactor, Session, User
from accounts.tests.apps import App
from accounts.tests.contract import assert_is_no_business_of_caches
from accounts.tests.test_personal_tokens import make
from conftest import PASSWORD
from rest.tests.helpers import fields_named, is_problem, whole_database

ADDRESS = "/api/v1/users/me/second-factor/"
STATE = {"is_on", "turned_on_at", "recovery_codes_left", "is_required"}


class TestState:
    def test_it_is_off_until_it_is_turned_on(self, alice, scheme):
        response = alice.use(scheme).get(ADDRESS)
        assert set(response.json()) == STATE
        assert response.json() == {"is_on": False, "turned_on_at": None, "recovery_codes_left": 0, "is_required": False}
        App(alice)
        body = alice.get(ADDRESS).json()
        assert (body["is_on"], body["recovery_codes_left"]) == (True, 10)

    def test_staff_is_told_that_it_is_required(self, sam, alice, settings):
        settings.REQUIRE_SECOND_FACTOR_FOR_STAFF = True
        assert sam.get(ADDRESS).json()["is_required"] is True
        assert alice.get(ADDRESS).json()["is_required"] is False


class TestBegin:
    def test_an_app_gets_its_secret_in_three_forms(self, alice, scheme):
        response = alice.use(scheme).post(ADDRESS)
        body = response.json()
        assert response.status_code == 200, body
        assert set(body) == {"secret", "uri", "qr"}
        assert_is_no_business_of_caches(response)
        uri = urlsplit(body["uri"])
        assert (uri.scheme, uri.netloc, uri.path) == ("otpauth", "totp", "/Marquee:alice")
        assert parse_qs(uri.query) == {"secret": [body["secret"]], "issuer": ["Marquee"]}
        assert body["qr"].startswith("<svg ")

    def test_nothing_has_changed_yet(self, alice, anonymous):
        alice.post(ADDRESS)
        assert alice.get(ADDRESS).json()["is_on"] is False
        body = {"username": "alice", "password": PASSWORD}
        assert anonymous.post("/login/", body).status_code == 200

    def test_the_secret_is_nowhere_in_the_database(self, alice):
        secret = alice.post(ADDRESS).json()["secret"]
        everything = str(whole_database()).lower()
        assert secret.lower() not in everything

    def test_each_beginning_has_another_secret_and_only_the_last_counts(self, alice):
        first, second = (alice.post(ADDRESS).json()["secret"] for _ in range(2))
        assert first != second
        assert alice.post(f"{ADDRESS}confirm/", {"code": pyotp.TOTP(first).now()}).status_code == 400
        assert alice.post(f"{ADDRESS}confirm/", {"code": pyotp.TOTP(second).now()}).status_code == 200

    def test_an_older_login_needs_the_password(self, alice):
        Session.objects.update(created_at=timezone.now() - timedelta(hours=1))
        assert set(fields_named(alice.post(ADDRESS))) == {"current_password"}
        assert alice.post(ADDRESS, {"current_password": PASSWORD}).status_code == 200

    def test_where_it_is_on_it_is_turned_off_first(self, alice):
        App(alice)
        before = whole_database()
        refused = alice.post(ADDRESS)
        assert (refused.status_code, is_problem(refused)) == (409, True)
        assert SecondFactor.objects.get().turned_on_at
        assert whole_database()["accounts_secondfactor"] == before["accounts_secondfactor"]


class TestConfirm:
    def test_a_code_turns_it_on_and_gives_ten_recovery_codes_once(self, alice, scheme, caplog):
        app = App(alice, is_on=False)
        response = alice.use(scheme).post(f"{ADDRESS}confirm/", {"code": app.code()})
        body = response.json()
        assert response.status_code == 200, body
        assert set(body) == {"recovery_codes"}
        assert len(set(body["recovery_codes"])) == 10
        assert_is_no_business_of_caches(response)
        everything = str(whole_database())
        assert not [code for code in body["recovery_codes"] if code in everything or codes.as_typed(code) in everything]
        assert f"second_factor_on user={alice.user.pk} " in caplog.text

    def test_the_login_that_turned_it_on_counts_as_opened_with_it(self, alice):
        app = App(alice, is_on=False)
        alice.post(f"{ADDRESS}confirm/", {"code": app.code()})
        assert Session.objects.get().second_factor

    @pytest.mark.parametrize("code", ["", "12345", "abcdef", "x" * 41, None, 123456, ["123456"]])
    def test_what_is_no_code_is_named(self, alice, code):
        App(alice, is_on=False)
        response = alice.post(f"{ADDRESS}confirm/", {"code": code})
        assert response.status_code == 400
        assert set(fields_named(response)) == {"code"}
        assert not SecondFactor.objects.turned_on().exists()

    def test_without_a_beginning_and_twice_it_is_409(self, alice):
        assert alice.post(f"{ADDRESS}confirm/", {"code": "123456"}).status_code == 409
        app = App(alice)
        assert alice.post(f"{ADDRESS}confirm/", {"code": app.next_code()}).status_code == 409
        assert RecoveryCode.objects.count() == 10


class TestTurnOff:
    @pytest.mark.parametrize("kind", ["app", "recovery"])
    def test_password_and_a_code_turn_it_off(self, alice, anonymous, kind, caplog):
        app = App(alice)
        Session.objects.update(second_factor=True)
        make(alice)
        code = app.next_code() if kind == "app" else app.recovery_codes[3]
        response = alice.delete(ADDRESS, {"current_password": PASSWORD, "code": code})
        assert (response.status_code, response.content) == (204, b"")
        assert not SecondFactor.objects.exists()
        assert not RecoveryCode.objects.exists()
        assert not Session.objects.filter(second_factor=True).exists()
        assert not PersonalToken.objects.filter(second_factor=True).exists()
        assert anonymous.post("/login/", {"username": "alice", "password": PASSWORD}).status_code == 200
        assert f"second_factor_off user={alice.user.pk} " in caplog.text

    def test_neither_alone_is_enough_however_fresh_the_login_is(self, alice):
        app = App(alice)
        code = app.next_code()
        for body, named in (
            ({"code": code}, "current_password"),
            ({"current_password": PASSWORD}, "code"),
            ({"current_password": "wrong", "code": code}, "current_password"),
            ({"current_password": PASSWORD, "code": app.wrong_code()}, "code"),
        ):
            response = alice.delete(ADDRESS, body)
            assert response.status_code == 400
            assert set(fields_named(response)) == {named}
        assert SecondFactor.objects.turned_on().exists()

    def test_where_it_is_off_it_is_409(self, alice):
        assert alice.delete(ADDRESS, {"current_password": PASSWORD, "code": "123456"}).status_code == 409


def test_new_recovery_codes_end_the_old_ones(alice, anonymous):
    app = App(alice)
    response = alice.post(f"{ADDRESS}recovery-codes/", {"current_password": PASSWORD, "code": app.next_code()})
    made = response.json()["recovery_codes"]
    assert response.status_code == 200
    assert not set(made) & set(app.recovery_codes)
    body = {"username": "alice", "password": PASSWORD}
    assert anonymous.post("/login/", {**body, "otp": app.recovery_codes[0]}).status_code == 401
    assert anonymous.post("/login/", {**body, "otp": made[0]}).status_code == 200


def test_the_owner_is_told_of_each_change_without_a_secret(alice):
    app = App(alice)
    alice.post(f"{ADDRESS}recovery-codes/", {"current_password": PASSWORD, "code": app.next_code()})
    alice.delete(ADDRESS, {"current_password": PASSWORD, "code": app.next_code()})
    mails = Email.objects.order_by("id")
    subjects = ["The second factor is on", "New recovery codes were made", "The second factor is off"]
    assert [mail.subject for mail in mails] == subjects
    assert {tuple(mail.to) for mail in mails} == {("alice@example.com",)}
    text = " ".join(mail.message for mail in mails)
    assert not [part for part in (app.totp.secret, "alice", *app.recovery_codes) if part in text]


def test_deleting_the_account_leaves_nothing_of_it(alice):
    App(alice)
    User.objects.get().delete()
    assert not SecondFactor.objects.exists()
    assert not RecoveryCode.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", ""), ("post", ""), ("delete", ""), ("post", "confirm/"), ("post", "recovery-codes/")],
)
def test_it_needs_a_login(anonymous, alice, method, path):
    before = whole_database()
    assert getattr(anonymous, method)(f"{ADDRESS}{path}").status_code == 401
    assert whole_database() == before
