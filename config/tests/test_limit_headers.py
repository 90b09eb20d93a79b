"""`RateLimit` and `RateLimit-Policy` on every answer that was counted, `Retry-After` where somebody has to wait."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError
from rest_framework.settings import api_settings

from metrics import health
from metrics.limits import Limit, headers_of
from metrics.models import ThrottleWindow

LOGINS = ["/api/v1/auth/login/", "/api/auth/login/", "/api/auth/login", "/login/", "/account/login/", "/admin/login/"]
WRONG = {"username": "nobody", "password": "wrong"}
POLICY = re.compile(r'"[a-z-]+";q=\d+;w=\d+(, "[a-z-]+";q=\d+;w=\d+)*')
STATE = re.compile(r'"[a-z-]+";r=\d+;t=\d+(, "[a-z-]+";r=\d+;t=\d+)*')


@pytest.fixture(autouse=True)
def limits(settings, monkeypatch):
    settings.THROTTLING, settings.TRUSTED_PROXIES = True, 0
    rates = {**api_settings.DEFAULT_THROTTLE_RATES, "login": "3/min", "register": "2/hour", "create": "2/hour"}
    monkeypatch.setattr(api_settings, "DEFAULT_THROTTLE_RATES", rates, raising=False)


def left(reply, name):
    assert POLICY.fullmatch(reply["RateLimit-Policy"])
    assert STATE.fullmatch(reply["RateLimit"])
    return int(re.search(rf'"{name}";r=(\d+)', reply["RateLimit"])[1])


def test_one_limit_and_several():
    one, two = Limit("login", 30, 60, 29, 42), Limit("write", 600, 3600, 0, 7)
    assert headers_of([]) == {}
    assert headers_of([one]) == {"RateLimit-Policy": '"login";q=30;w=60', "RateLimit": '"login";r=29;t=42'}
    assert headers_of([one, two]) == {
        "RateLimit-Policy": '"login";q=30;w=60, "write";q=600;w=3600',
        "RateLimit": '"login";r=29;t=42, "write";r=0;t=7',
    }


@pytest.mark.django_db
@pytest.mark.parametrize("door", LOGINS)
def test_a_login_says_what_is_left_until_nothing_is(client, door):
    replies = [client.post(door, WRONG) for _ in range(4)]
    assert [left(reply, "login") for reply in replies] == [2, 1, 0, 0]
    assert {reply["RateLimit-Policy"] for reply in replies} == {'"login";q=3;w=60'}
    refused = replies[-1]
    assert refused.status_code == 429
    assert refused["Retry-After"] == re.search(r"t=(\d+)", refused["RateLimit"])[1]
    assert ["Retry-After" in reply for reply in replies] == [False, False, False, True]


def test_successes_and_refused_bodies_say_it_too(anonymous, alice):
    good = anonymous.post(LOGINS[0], {"username": "alice", "password": "correct-horse-battery"})
    bad = anonymous.post(LOGINS[0], {"username": "alice"})
    assert (good.status_code, bad.status_code) == (200, 400)
    assert (left(good, "login"), left(bad, "login")) == (2, 1)


def test_a_pause_is_a_limit_of_its_own(client, db, monkeypatch):
    monkeypatch.setattr("accounts.services.attempts.pause_after", lambda failures: timedelta(minutes=15))
    client.post(LOGINS[0], WRONG)
    refused = client.post(LOGINS[0], WRONG)
    assert (refused.status_code, left(refused, "login-pause"), left(refused, "login")) == (429, 0, 1)
    assert refused["RateLimit-Policy"].startswith('"login";q=3;w=60, "login-pause";q=1;w=')


@pytest.mark.parametrize(
    ("address", "body", "name"),
    [
        ("/api/v1/movies/", {"title": "Alien"}, "create"),
        ("/movies/", {"title": "Alien"}, "create"),
        ("/api/v1/users/me/password/", {}, "password"),
        ("/api/v1/auth/refresh/", {"refresh": "x"}, "refresh"),
        ("/register/", {}, "register"),
        ("/request-count/reset/", {}, "reset"),
        ("/api/v1/request-count/reset/", {}, "reset"),
    ],
)
def test_every_other_limited_operation_says_it(alice, address, body, name):
    first, second = alice.post(address, body), alice.post(address, body)
    assert left(first, name) == left(second, name) + 1


@pytest.mark.parametrize("address", ["/api/v1/movies/", "/livez", "/admin/login/", "/swagger.json", "/nowhere/"])
def test_what_is_not_limited_by_a_throttle_says_nothing(anonymous, address):
    assert '"login"' not in anonymous.get(address).headers.get("RateLimit", "")
    assert not ThrottleWindow.objects.exists()


def test_an_answer_from_what_is_kept_was_not_counted(alice):
    key = {"HTTP_IDEMPOTENCY_KEY": "once"}
    first = alice.post("/api/v1/movies/", {"title": "Alien"}, **key)
    again = alice.post("/api/v1/movies/", {"title": "Alien"}, **key)
    assert (first.status_code, left(first, "create")) == (201, 1)
    assert again["Idempotency-Replayed"] == "true"
    assert '"create"' not in again.headers.get("RateLimit", "")


def test_without_limits_nothing_is_said(client, db, settings):
    settings.THROTTLING = False
    assert "RateLimit" not in client.post(LOGINS[0], WRONG)


def test_pages_of_other_origins_may_read_it():
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= set(settings.CORS_EXPOSE_HEADERS)


@pytest.mark.parametrize("address", ["/request-count/", "/api/v1/request-count/", "/readyz"])
def test_whoever_gets_a_503_is_told_when_to_come_back(client, db, monkeypatch, address):
    def fail(*about):
        raise OperationalError

    monkeypatch.setattr("metrics.services.lifetime_requests", fail)
    monkeypatch.setitem(health.CHECKS, "database", fail)
    reply = client.get(address)
    assert reply.status_code == 503
    assert int(reply["Retry-After"]) > 0
