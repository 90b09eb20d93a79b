"""`GET /metrics`: who may read it, what it says, and that neither strangers nor a broken database spoil it."""

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection
from prometheus_client.parser import text_string_to_metric_families

from config.wsgi import full_stack
from metrics import limits, observed, prometheus
from metrics.measures import BOUNDS, Measures
from metrics.observed import Observed
from rest.fast_path import FastPath
from rest.tests.requests import answered, asked

TOKEN = "a-token-for-the-tests"
pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(person):
    return person("alice")


@pytest.fixture
def sam(person):
    return person("sam", is_staff=True, is_superuser=True)


@pytest.fixture
def measures(tmp_path, settings, monkeypatch):
    """A process that has counted nothing yet, and may be asked with TOKEN."""
    settings.METRICS_DIR, settings.METRICS_TOKEN = tmp_path / "metrics", TOKEN
    fresh = Measures()
    for module in (observed, limits):
        monkeypatch.setattr(module, "measures", fresh)
    return fresh


@pytest.fixture
def server(measures):
    return Observed(FastPath(full_stack))


def read(server, **headers):
    status, headers, content = answered(server, asked("GET", "/metrics", HTTP_AUTHORIZATION=f"Bearer {TOKEN}"))
    assert status == "200 OK"
    assert dict(headers)["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return content.decode()


def samples(text):
    """(name, labels) → number."""
    families = text_string_to_metric_families(text)
    return {(one.name, *sorted(one.labels.items())): one.value for family in families for one in family.samples}


def requests_of(text):
    """(method, route, status) → number."""
    return {
        tuple(value for _, value in name[1:]): number
        for name, number in samples(text).items()
        if name[0] == "marquee_http_requests_total"
    }


def test_without_a_token_in_the_settings_nobody_reads_it_and_nothing_is_counted(client, settings, measures):
    settings.METRICS_TOKEN = ""
    for headers in ({}, {"authorization": "Bearer "}, {"authorization": f"Bearer {TOKEN}"}):
        reply = client.get("/metrics", headers=headers)
        assert reply.status_code == 403
        assert "METRICS_TOKEN" in reply.json()["detail"]
    answered(Observed(full_stack), asked("GET", "/livez"))
    assert not settings.METRICS_DIR.exists()


@pytest.mark.parametrize(
    "given",
    ["", "Bearer", "Bearer ", f"Token {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer ünï", TOKEN],
)
def test_whoever_does_not_send_the_token_is_asked_for_it(client, measures, given):
    reply = client.get("/metrics", headers={"authorization": given} if given else {})
    assert reply.status_code == 401
    assert reply["WWW-Authenticate"] == 'Bearer realm="metrics"'
    assert TOKEN not in reply.content.decode()


def test_no_address_and_no_login_opens_it(sam, measures):
    assert sam.get("/metrics", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="127.0.0.1").status_code == 401
    assert sam.client.post("/metrics").status_code == 405


def test_answers_are_counted_by_method_route_and_status_on_both_ways(server, movie):
    for address in (f"/api/v1/movies/{movie.pk}/", "/api/v1/movies/999999/", "/api/v1/movies/?page=x", "/movies/"):
        answered(server, asked("GET", address))
    answered(server, asked("POST", "/api/v1/movies/", body=b"{}"))
    answered(server, asked("HEAD", "/api/v1/movies/"))
    text = read(server)
    assert requests_of(text) == {
        ("GET", "/api/v1/movies/{id}/", "200"): 1,
        ("GET", "/api/v1/movies/{id}/", "404"): 1,
        ("GET", "/api/v1/movies/", "404"): 1,
        ("GET", "/movies/", "200"): 1,
        ("POST", "/api/v1/movies/", "401"): 1,
        ("HEAD", "/api/v1/movies/", "200"): 1,
    }
    assert requests_of(read(server))["GET", "/metrics", "200"] == 1
    found = samples(text)
    one = ("method", "GET"), ("route", "/api/v1/movies/{id}/")
    name = "marquee_http_request_duration_seconds"
    assert found[(f"{name}_count", *one)] == 2
    assert found[(f"{name}_bucket", ("le", "+Inf"), *one)] == 2
    assert found[(f"{name}_sum", *one)] > 0
    assert len([key for key in found if key[0] == f"{name}_bucket" and one[1] in key]) == len(BOUNDS) + 1


def test_strangers_make_no_new_names(server):
    for number in range(30):
        answered(server, asked("GET", f"/no/such/{number}"))
        answered(server, asked("GET", f"/api/v1/movies/{number}/", HTTP_X_REQUEST_ID=f"x{number}"))
        answered(server, asked(f"BREW{number}", "/api/v1/movies/"))
        answered(server, asked("GET", f"/static/{number}.css"))
        answered(server, asked("GET", f"/media/{number}"))
    assert requests_of(read(server)) == {
        ("GET", "unmatched", "404"): 30,
        ("GET", "/api/v1/movies/{id}/", "404"): 30,
        ("OTHER", "/api/v1/movies/", "401"): 30,
        ("GET", "static", "404"): 30,
        ("GET", "/media/{path}", "404"): 30,
    }


def test_refusals_by_a_limit_are_counted_by_its_name(server, settings, monkeypatch):
    settings.THROTTLING = True
    monkeypatch.setitem(settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "login", "1/min")
    cache.clear()
    body = b'{"username": "nobody", "password": "x"}'
    statuses = [answered(server, asked("POST", "/api/v1/auth/login/", body=body))[0][:3] for _ in range(3)]
    assert statuses == ["401", "429", "429"]
    assert samples(read(server))["marquee_throttled_total", ("scope", "login")] == 2


def test_a_slow_statement_is_counted(server, measures):
    measures.count_slow()
    assert samples(read(server))["marquee_statements_slow_total",] == 1


def test_it_tells_of_the_version_the_database_and_the_outbox(server, settings):
    found = samples(read(server))
    assert found["marquee_build_info", ("database", connection.vendor), ("version", settings.VERSION)] == 1
    assert found["marquee_up", ("component", "database")] == 1
    assert {key[1][1] for key in found if key[0] == "marquee_mail_queue"} == {"queued", "requeued", "failed", "held"}
    assert found["marquee_mail_oldest_seconds",] == 0
    assert found["marquee_requests_counted_total",] >= 1
    assert found["marquee_workers",] == found["marquee_http_requests_in_progress",] == 1


@pytest.mark.parametrize("error", [DatabaseError("gone"), prometheus.TimeIsUp()])
def test_when_the_database_fails_it_says_so_and_the_rest_all_the_same(server, monkeypatch, error):
    def fail():
        raise error

    monkeypatch.setattr(prometheus.services, "lifetime_requests", fail)
    found = samples(read(server))
    assert found["marquee_up", ("component", "database")] == 0
    assert found["marquee_workers",] == 1
    assert not {key[0] for key in found} & {"marquee_requests_counted_total", "marquee_mail_queue"}


def test_a_request_that_fails_is_counted_as_a_500(measures):
    def broken(environ, start_response):
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        answered(Observed(broken), asked("GET", "/livez"))
    text = read(Observed(FastPath(full_stack)))
    assert requests_of(text) == {("GET", "/livez", "500"): 1}
    assert samples(text)["marquee_http_requests_in_progress",] == 1
