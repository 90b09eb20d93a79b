"""GET /request-count/"""

import pytest

from metrics.models import CounterSource, CountPeriod

pytestmark = pytest.mark.django_db
BOTH = pytest.mark.parametrize("url", ["/request-count/", "/api/v1/request-count/"])


@BOTH
def test_the_first_request_counts_itself(client, url):
    response = client.get(url)
    assert response.status_code == 200
    assert response.json() == {"requests": 1}


def test_every_dialect_shows_the_same_number(client):
    client.get("/request-count/")
    assert client.get("/api/v1/request-count/").json() == {"requests": 2}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/livez", 200),
        ("get", "/no/such/page", 404),
        ("delete", "/request-count/", 405),
        ("options", "/request-count/", 200),
        ("head", "/request-count/", 200),
        ("get", "/request-count", 301),
    ],
)
def test_whatever_was_answered_is_counted(client, method, path, status):
    assert getattr(client, method)(path).status_code == status
    assert client.get("/request-count/").json() == {"requests": 2}


def test_a_request_for_a_foreign_host_is_counted(client):
    assert client.get("/livez", HTTP_HOST="evil.example").status_code == 400
    assert client.get("/request-count/").json() == {"requests": 2}


def test_a_view_that_breaks_is_counted(client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("metrics.health.CHECKS", {"broken": lambda: 1 / 0})
    assert client.get("/readyz").status_code == 500
    assert client.get("/request-count/").json() == {"requests": 2}


@BOTH
def test_a_wrong_credential_is_401_and_counted(client, url):
    assert client.get(url, headers={"Authorization": "Token wrong"}).status_code == 401
    assert client.get(url).json() == {"requests": 2}


def test_what_other_hosts_have_reported_is_included(client):
    CounterSource.objects.create(id="0b3b1a58-9a3c-4bd7-9d3a-5a7cf6a7d5a1", host="elsewhere", counted=1000)
    assert client.get("/request-count/").json() == {"requests": 1001}


def test_requests_before_the_current_period_are_left_out(client):
    CounterSource.objects.create(id="0b3b1a58-9a3c-4bd7-9d3a-5a7cf6a7d5a1", host="elsewhere", counted=1000)
    CountPeriod.objects.create(base=990)
    assert client.get("/request-count/").json() == {"requests": 11}


def test_it_is_503_where_the_counter_cannot_know_the_number(client, settings, impossible_folder):
    settings.COUNTER_DIR = impossible_folder
    response = client.get("/api/v1/request-count/")
    assert response.status_code == 503
    assert response.json()["detail"] == "The request counter is unavailable."
