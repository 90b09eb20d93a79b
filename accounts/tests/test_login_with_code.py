"""Logging in to an account with a second factor, on every mount."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import codes
from accounts.models import RecoveryCode, SecondFactor, Session
from accounts.services import second_factor
from accounts.tests.apps import App
from accounts.tests.contract import as_token
from conftest import PASSWORD
from rest.exceptions import CHALLENGE
from rest.tests.helpers import said_in

MOUNTS = ["/api/v1/auth/login/", "/api/auth/login/", "/api/auth/login", "/login/", "/account/login/"]
BODY = {"username": "alice", "password": PASSWORD}


@pytest.fixture
def app(alice):
    return App(alice)


@pytest.fixture
def log_in(anonymous):
    def call(mount="/login/", **changes):
        return anonymous.post(mount, {**BODY, **changes})

    return call


@pytest.mark.parametrize("mount", MOUNTS)
class TestOnEveryMount:
    def test_the_right_password_alone_is_told_that_a_code_is_wanted(self, app, log_in, mount):
        response = log_in(mount)
        assert response.status_code == 401
        assert response.json()["code"] == "second_factor_required"
        assert response["WWW-Authenticate"] == CHALLENGE
        assert Session.objects.count() == 1

    def test_a_code_lets_in_and_the_login_says_so(self, app, log_in, anonymous, mount):
        response = log_in(mount, otp=app.next_code())
        assert response.status_code == 200, response.content
        assert Session.objects.latest("id").second_factor
        assert anonymous.get("/api/v1/users/me/", **as_token(response.json()["token"])).status_code == 200

    def test_a_wrong_code_is_401_and_says_which_of_the_two_was_wrong(self, app, log_in, mount):
        response = log_in(mount, otp=app.wrong_code())
        assert response.status_code == 401
        assert response.json()["code"] == "second_factor_invalid"

    def test_a_wrong_password_is_answered_as_without_a_second_factor(self, app, log_in, bob, mount):
        answers = [
            log_in(mount, password="wrong", otp=app.code()),
            log_in(mount, password="wrong"),
            log_in(mount, username="bob", password="wrong"),
            log_in(mount, username="nobody"),
        ]
        bodies = [said_in(answer) for answer in answers]
        assert {answer.status_code for answer in answers} == {401}
        assert bodies == [bodies[0]] * 4


def test_an_account_without_one_takes_no_notice_of_a_code(alice, log_in):
    for otp in ("", "123456"):
        assert log_in(otp=otp).status_code == 200
    assert not Session.objects.filter(second_factor=True).exists()


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_the_clocks_may_be_a_step_apart(app, log_in, steps):
    SecondFactor.objects.update(last_step=0)
    assert log_in(otp=app.code(steps)).status_code == 200


@pytest.mark.parametrize("steps", [-3, 3])
def test_but_no_more(app, log_in, steps):
    SecondFactor.objects.update(last_step=0)
    assert log_in(otp=app.code(steps)).status_code == 401


def test_a_code_is_good_for_one_use_and_so_is_every_earlier_one(app, log_in):
    code, earlier = app.next_code(), app.code(-1)
    assert [log_in(otp=otp).status_code for otp in (code, code, earlier)] == [200, 401, 401]
    assert log_in(otp=app.code(1)).status_code == 200


def test_the_code_that_turned_it_on_is_used(alice, log_in):
    app = App(alice, is_on=False)
    code = app.code()
    second_factor.turn_on(request=None, user=alice.user, code=code)
    assert log_in(otp=code).status_code == 401


def test_a_recovery_code_is_good_for_one_use_however_it_is_typed(app, log_in):
    first, second = app.recovery_codes[:2]
    assert [log_in(otp=first).status_code for _ in range(2)] == [200, 401]
    assert log_in(otp=f" {second.upper().replace('-', ' ')} ").status_code == 200
    assert RecoveryCode.objects.count() == 8


def test_another_accounts_codes_are_wrong(app, bob, log_in):
    bobs = App(bob)
    assert log_in(otp=bobs.recovery_codes[0]).status_code == 401
    assert RecoveryCode.objects.filter(user=bob.user).count() == 10


def test_wrong_codes_make_a_growing_pause_that_the_right_one_keeps_too_and_ends(app, log_in, settings):
    settings.THROTTLING = True
    statuses = [log_in(otp=app.wrong_code()).status_code for _ in range(5)]
    assert statuses == [401] * 5
    paused = log_in(otp=app.next_code())
    assert paused.status_code == 429
    assert int(paused["Retry-After"]) >= 1
    pauses = []
    for _ in range(3):
        SecondFactor.objects.update(retry_at=timezone.now())
        assert log_in(otp=app.wrong_code()).status_code == 401
        pauses.append(SecondFactor.objects.get().retry_at - timezone.now())
    assert pauses == sorted(pauses)
    SecondFactor.objects.update(retry_at=timezone.now())
    assert log_in(otp=app.next_code()).status_code == 200
    assert SecondFactor.objects.get().failures == 0
    assert log_in(otp=app.next_code()).status_code == 200


def test_a_new_key_of_the_server_lets_the_old_one_count_as_long_as_it_is_named(app, log_in, settings):
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 64, [old]
    assert log_in(otp=app.next_code()).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert log_in(otp=app.next_code()).status_code == 401
    assert log_in(otp=app.recovery_codes[0]).status_code == 200


def test_a_copy_of_the_database_alone_gives_nobody_a_code(app, settings):
    salt = SecondFactor.objects.get().salt
    before = codes.secret_of(salt)
    settings.SECRET_KEY = "n" * 64
    assert codes.secret_of(salt) != before


def test_refusals_are_security_events_without_the_code(app, log_in, alice, caplog):
    code = app.wrong_code()
    log_in(otp=code)
    assert f"login_failed user={alice.user.pk} " in caplog.text
    assert 'why="wrong_code"' in caplog.text
    assert code not in caplog.text


def test_other_logins_and_their_refreshing_ask_for_no_code(alice, app, anonymous):
    assert alice.get("/api/v1/users/me/").status_code == 200
    assert anonymous.post("/api/v1/auth/refresh/", {"refresh": alice.credentials.refresh}).status_code == 200


class TestRequiredForStaff:
    @pytest.fixture(autouse=True)
    def required(self, settings):
        settings.REQUIRE_SECOND_FACTOR_FOR_STAFF = True

    def test_without_one_staff_is_nobody_special(self, sam, movie):
        assert sam.get("/api/v1/users/me/").json()["is_staff"] is False
        assert sam.patch(f"/api/v1/movies/{movie.pk}/", {"title": "x"}).status_code == 403
        assert set(sam.get("/api/v1/users/").json()["results"][0]) == {"id", "username"}

    def test_a_login_with_a_code_has_the_rights(self, sam, movie, anonymous):
        app = App(sam)
        body = {"username": "sam", "password": PASSWORD, "otp": app.next_code()}
        header = as_token(anonymous.post("/login/", body).json()["token"])
        assert anonymous.patch(f"/api/v1/movies/{movie.pk}/", {"title": "x"}, **header).status_code == 200
        assert sam.patch(f"/api/v1/movies/{movie.pk}/", {"title": "y"}).status_code == 403

    def test_turning_it_on_gives_them_to_this_login(self, sam, movie):
        app = App(sam, is_on=False)
        sam.post("/api/v1/users/me/second-factor/confirm/", {"code": app.code()})
        assert sam.patch(f"/api/v1/movies/{movie.pk}/", {"title": "x"}).status_code == 200

    def test_what_is_missing_in_this_login_is_not_written_to_the_account(self, sam):
        assert sam.patch("/api/v1/users/me/", {"username": "sammy"}).status_code == 200
        sam.user.refresh_from_db()
        assert (sam.user.username, sam.user.is_staff, sam.user.is_superuser) == ("sammy", True, True)

    def test_tokens_have_the_rights_of_the_login_that_made_them(self, sam, movie, anonymous):
        address = "/api/v1/users/me/tokens/"
        wish = {"name": "a", "scopes": ["write"]}
        made_before = sam.post(address, wish).json()["token"]
        app = App(sam, is_on=False)
        sam.post("/api/v1/users/me/second-factor/confirm/", {"code": app.code()})
        made_after = sam.post(address, wish).json()["token"]
        statuses = [
            anonymous.patch(f"/api/v1/movies/{movie.pk}/", {"title": "x"}, **as_token(token)).status_code
            for token in (made_before, made_after)
        ]
        assert statuses == [403, 200]


def test_of_one_code_at_once_by_many_one_is_let_in(server, at_once):
    """Whichever way they are refused: the code is used, or somebody else is at it."""
    import pyotp

    body = {"username": "alice", "password": "password123@"}
    header = {"Authorization": f"Token {server.post('/register/', body)[1]['token']}"}
    address = "/api/v1/users/me/second-factor/"
    totp = pyotp.TOTP(server.request("POST", address, {}, **header)[1]["secret"])
    status, made = server.request("POST", f"{address}confirm/", {"code": totp.now()}, **header)
    assert status == 200
    later = totp.at(timezone.now() + timedelta(seconds=30))
    for otp in (later, made["recovery_codes"][0]):
        statuses = [status for status, _ in at_once(server.post, [("/login/", {**body, "otp": otp})] * 6)]
        assert statuses.count(200) == 1, statuses
        assert set(statuses) <= {200, 401, 429}
