"""Guessing passwords: one limit for every door, and a growing pause on a name for whoever has failed on it."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.exceptions import Throttled
from rest_framework.settings import api_settings

from accounts import services
from accounts.models import LoginFailures, LoginPause, User
from accounts.services import attempts
from accounts.services.attempts import FORGOTTEN_AFTER, FREE_FAILURES, pause_after
from metrics.models import ThrottleWindow
from metrics.tests.server import Server, database_url
from rest.tests.helpers import headers_of, is_problem, said_in, whole_database

PASSWORD = "correct-horse-battery"
HERE, ELSEWHERE, THERE = "203.0.113.7", "198.51.100.9", "192.0.2.1"
# The first is canonical.
DOORS = ["/api/v1/auth/login/", "/api/auth/login/", "/api/auth/login", "/login/", "/account/login/", "/admin/login/"]
FIRST_PAUSE = FREE_FAILURES + 1  # failures until there is one


@pytest.fixture(autouse=True)
def limits(settings, monkeypatch):
    settings.THROTTLING, settings.TRUSTED_PROXIES = True, 0
    set_rate(monkeypatch, "1000/min")


class Clock:
    """Stands still, so that no pause ends because the tests' machine is slow."""

    def __init__(self):
        self.time = timezone.now()

    def now(self):
        return self.time

    def advance(self, **span):
        self.time += timedelta(**span)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(attempts, "timezone", clock)
    return clock


def set_rate(monkeypatch, rate):
    rates = {**api_settings.DEFAULT_THROTTLE_RATES, "login": rate}
    monkeypatch.setattr(api_settings, "DEFAULT_THROTTLE_RATES", rates, raising=False)


@pytest.fixture
def log_in(client, sam):
    """Logs in as sam, who may use every door: `log_in("wrong", "sam", HERE, "/login/")`. Gives the answer."""

    def send(password=PASSWORD, username="sam", address=HERE, door=DOORS[0], **headers):
        return client.post(door, {"username": username, "password": password}, REMOTE_ADDR=address, **headers)

    return send


@pytest.fixture
def fail(log_in):
    def fail(times, *about, **more):
        """The statuses of so many wrong passwords, with no time between them."""
        return [log_in("wrong", *about, **more).status_code for _ in range(times)]

    return fail


@pytest.fixture
def failures_remembered(clock):
    return lambda: (LoginFailures.objects.get().until - clock.now()) / FORGOTTEN_AFTER


# --- By network -----------------------------------------------------------------------------------------------------


def test_the_logins_of_a_network_are_counted_over_all_doors_together(log_in, monkeypatch):
    set_rate(monkeypatch, "6/min")
    assert [log_in(door=door).status_code for door in DOORS] == [200] * 5 + [302]
    for door in DOORS:
        refused = log_in(door=door)
        assert refused.status_code == 429
        assert 0 < int(refused["Retry-After"]) <= 60
    assert log_in(address=ELSEWHERE).status_code == 200


def test_each_login_is_counted_once(log_in):
    log_in()
    log_in(door="/admin/login/")
    assert [window.count for window in ThrottleWindow.objects.all()] == [2]


def test_what_the_admins_form_refuses_is_counted_too(client, sam, monkeypatch):
    set_rate(monkeypatch, "2/min")
    for _ in range(2):
        assert client.post("/admin/login/", {"username": "sam"}).status_code == 200
    reply = client.post("/admin/login/", {"username": "sam", "password": PASSWORD})
    assert reply.status_code == 429
    assert "Request was throttled" in reply.content.decode()


def test_looking_at_the_admins_login_is_not_counted(client, db):
    assert client.get("/admin/login/").status_code == 200
    assert not ThrottleWindow.objects.exists()


def test_the_password_asked_for_in_the_admin_is_limited_as_in_the_api(client, sam, monkeypatch):
    rates = {**api_settings.DEFAULT_THROTTLE_RATES, "password": "2/min"}
    monkeypatch.setattr(api_settings, "DEFAULT_THROTTLE_RATES", rates, raising=False)
    client.force_login(sam.user)
    sent = {"old_password": "wrong", "new_password1": "kaleidoscope-7", "new_password2": "kaleidoscope-7"}
    assert [client.post("/admin/password_change/", sent).status_code for _ in range(3)] == [200, 200, 429]
    assert sam.post("/api/v1/users/me/password/", {}).status_code == 429


def test_an_ipv6_customer_is_one_network(fail):
    assert fail(FIRST_PAUSE, address="2001:db8::1") == [401] * FIRST_PAUSE
    assert fail(1, address="2001:db8::2") == [429]
    assert fail(1, address="2001:db8:0:1::2") == [401]


def test_behind_a_proxy_the_network_is_what_it_says(fail, settings):
    settings.TRUSTED_PROXIES = 1
    assert fail(FIRST_PAUSE + 1, HTTP_X_FORWARDED_FOR=THERE) == [401] * FIRST_PAUSE + [429]
    assert fail(1, HTTP_X_FORWARDED_FOR=f"{THERE}, {ELSEWHERE}") == [401]


# --- By name --------------------------------------------------------------------------------------------------------


def test_pauses_grow_from_a_second_to_a_quarter_of_an_hour():
    seconds = [pause_after(failures).total_seconds() for failures in range(1, 17)]
    assert seconds == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_after_some_failures_there_is_a_pause_that_each_failure_makes_longer(fail, log_in, clock):
    assert fail(FIRST_PAUSE) == [401] * FIRST_PAUSE
    waits = []
    for _ in range(4):
        refused = log_in()
        assert refused.status_code == 429
        waits.append(int(refused["Retry-After"]))
        clock.advance(seconds=waits[-1] - 0.001)
        assert log_in()["Retry-After"] == "1"
        clock.advance(seconds=0.001)
        assert fail(1) == [401]
    assert waits == [1, 2, 4, 8]


def test_the_right_password_is_not_looked_at_in_a_pause(fail, log_in, hashings):
    fail(FIRST_PAUSE)
    hashings.clear()
    assert log_in().status_code == 429
    assert hashings == []


@pytest.mark.parametrize("door", DOORS)
def test_a_pause_holds_at_every_door(fail, log_in, door):
    fail(FIRST_PAUSE, door="/admin/login/")
    refused = log_in(door=door)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "1"
    assert is_problem(refused) == (door == DOORS[0])


@pytest.mark.parametrize("forms", [("sam", "SAM", "ｓａｍ"), ("sam", "sam@example.com", "SAM@Example.com")])
def test_all_that_an_account_is_called_is_one_name(fail, forms):
    found = [fail(1, form)[0] for form in forms * 2]
    assert found == [401] * FIRST_PAUSE + [429]


def test_all_forms_of_an_unknown_name_are_one_name(fail):
    found = [fail(1, form)[0] for form in ("nobodý", "NOBODÝ", "nobody\u0301") * 2]
    assert found == [401] * FIRST_PAUSE + [429]


def test_names_have_nothing_to_do_with_each_other(fail, log_in):
    fail(FIRST_PAUSE, "nobody")
    assert log_in().status_code == 200


def test_a_name_as_long_as_it_may_be_is_a_name(fail):
    longest = "x" * 242 + "@example.com"
    assert fail(FIRST_PAUSE + 1, longest) == [401] * FIRST_PAUSE + [429]
    assert fail(1, "x" + longest) == [400]
    assert fail(1, "x" + longest, door="/admin/login/") == [200]


def test_known_and_unknown_names_are_told_apart_by_nothing(log_in, sam):
    User.objects.create_user("away", password=PASSWORD, is_active=False)
    answers = {}
    for name in ("sam", "sam@example.com", "away", "nobody", "nobody@example.com"):
        found = []
        for _ in range(FIRST_PAUSE + 2):
            reply = log_in("wrong", name)
            found.append(
                (reply.status_code, said_in(reply), {**headers_of(reply), "RateLimit": None, "Content-Length": None})
            )
        answers[name] = found
        LoginFailures.objects.all().delete()
        LoginPause.objects.all().delete()
    first, *others = answers.values()
    assert [status for status, *_ in first] == [401] * FIRST_PAUSE + [429] * 2
    assert all(other == first for other in others)


def test_known_and_unknown_names_cost_the_same_statements(log_in):
    def kinds(name):
        with CaptureQueriesContext(connection) as queries:
            log_in("wrong", name)
        return [query["sql"][:15] for query in queries]  # savepoints have names of their own behind that

    known, unknown = kinds("sam"), kinds("nobody")
    assert known == unknown


# --- Who is bound by it ---------------------------------------------------------------------------------------------


def test_the_owner_from_elsewhere_gets_in_at_once_however_many_guess(fail, log_in):
    for number in range(1, 30):
        assert fail(1, address=f"192.0.2.{number}") == [401]
    assert log_in(address=ELSEWHERE).status_code == 200


def test_who_fails_on_a_name_that_many_have_failed_on_has_a_long_pause(fail, log_in):
    for number in range(1, 30):
        fail(1, address=f"192.0.2.{number}")
    assert fail(2, address=ELSEWHERE) == [401, 429]
    assert int(log_in(address=ELSEWHERE)["Retry-After"]) > 800
    assert fail(1, address="192.0.2.1") == [401]  # its own failure was among the first ones


def test_success_ends_the_pauses_of_that_network_and_no_others(fail, log_in, clock, failures_remembered):
    fail(FIRST_PAUSE)
    clock.advance(seconds=1)
    fail(1, address=THERE)
    assert log_in().status_code == 200
    assert failures_remembered() == pytest.approx(FIRST_PAUSE + 1, abs=0.01)
    assert LoginPause.objects.filter(until__gt=clock.now()).count() == 1
    assert log_in(address=THERE).status_code == 429
    assert fail(2) == [401, 429]


def test_a_success_is_no_failure(log_in, failures_remembered):
    assert [log_in().status_code for _ in range(20)] == [200] * 20
    assert failures_remembered() == 0


def test_an_account_may_be_let_in_again_by_what_knows_its_owner_otherwise(fail, log_in, rf, sam):
    fail(FIRST_PAUSE)
    attempts.forget(rf.get("/", REMOTE_ADDR=ELSEWHERE), sam.user)
    assert log_in().status_code == 429
    attempts.forget(rf.get("/", REMOTE_ADDR=HERE), sam.user)
    assert log_in().status_code == 200


def test_failures_are_forgotten_one_by_one(fail, clock):
    fail(FIRST_PAUSE)
    clock.advance(seconds=3 * FORGOTTEN_AFTER.total_seconds())
    assert fail(3) == [401, 401, 401]
    assert fail(1) == [429]


def test_what_is_remembered_is_bounded(fail, failures_remembered):
    for number in range(1, 60):
        fail(1, address=f"192.0.2.{number}")
    assert failures_remembered() == attempts.MOST_REMEMBERED


def test_what_is_over_is_deleted_now_and_then(fail, monkeypatch):
    for model in (LoginFailures, LoginPause):
        model.objects.create(digest="over", until=timezone.now() - timedelta(seconds=1))
    monkeypatch.setattr(attempts.cleaning, "due", 0.0)
    fail(1)
    assert not LoginPause.objects.exists()
    assert LoginFailures.objects.exclude(digest="over").count() == LoginFailures.objects.count() == 1


def test_neither_the_name_nor_the_address_is_kept_in_clear(fail):
    fail(FIRST_PAUSE, "nobody@example.com")
    kept = str({name: rows for name, rows in whole_database().items() if name.startswith("accounts_login")})
    assert "nobody" not in kept
    assert HERE not in kept
    assert LoginPause.objects.count() == 1


def test_throttling_off_lifts_it_all(fail, log_in, settings):
    settings.THROTTLING = False
    assert fail(20) == [401] * 20
    assert log_in().status_code == 200
    assert not LoginFailures.objects.exists()


def test_the_service_is_not_for_use_in_a_transaction(transactional_db, rf):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        services.authenticate_caller(request=rf.post("/"), username="sam", password="wrong")


# --- At once --------------------------------------------------------------------------------------------------------


def test_of_many_at_once_no_more_are_let_in_than_one_after_the_other(transactional_db, rf, at_once):
    def begin(request):
        try:
            attempts.begin(request, "nobody", None)
        except Throttled:
            return 429
        finally:
            connection.close()
        return 200

    found = at_once(begin, [(rf.post("/", REMOTE_ADDR=HERE),) for _ in range(32)])
    assert sorted(found) == [200] * FIRST_PAUSE + [429] * (32 - FIRST_PAUSE)


def test_of_many_at_once_over_two_processes_one_is_let_in_where_many_have_failed(transactional_db, tmp_path, at_once):
    User.objects.create_user("sam", password=PASSWORD)
    env = {"THROTTLING": "on", "THROTTLE_LOGIN": "1000/min", "PASSWORD_HASHING_PLACES": "0", "TRUSTED_PROXIES": "1"}
    with Server(database_url(tmp_path), tmp_path / "host", threads=16, env=env) as server:

        def guess(address):
            body = {"username": "sam", "password": "wrong"}
            return server.post("/api/v1/auth/login/", body, **{"X-Forwarded-For": address})[0]

        assert {guess(f"192.0.2.{number}") for number in range(12)} == {401}
        found = at_once(guess, [(HERE,)] * 32)
    assert sorted(found) == [401] + [429] * 31
