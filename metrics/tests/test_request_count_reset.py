"""POST /request-count/reset/"""

import pytest

from metrics.models import CounterSource, CountPeriod

pytestmark = pytest.mark.django_db
BOTH = pytest.mark.parametrize("url", ["/request-count/", "/api/v1/request-count/"])


@BOTH
def test_the_first_get_after_a_reset_says_1(client, url):
    client.get(url)
    response = client.post(f"{url}reset/")
    assert response.status_code == 200
    assert response.json() == {"message": "Request count reset successfully"}
    assert client.get(url).json() == {"requests": 1}


def test_a_second_reset_starts_anew_again(client):
    for _ in range(2):
        client.get("/request-count/")
        client.post("/request-count/reset/")
    assert client.get("/request-count/").json() == {"requests": 1}
    assert [period.total for period in CountPeriod.objects.ended()] == [2, 2]


def test_the_lifetime_total_is_kept(client):
    for _ in range(3):
        client.post("/request-count/reset/")
    assert CountPeriod.objects.current().base == CounterSource.objects.total() == 3


def test_the_log_says_when_from_where_and_at_what_count(client):
    client.get("/request-count/")
    client.post("/request-count/reset/", REMOTE_ADDR="203.0.113.7")
    ended, current = CountPeriod.objects.ended().get(), CountPeriod.objects.current()
    assert (ended.total, ended.reset_from, ended.reset_by) == (2, "203.0.113.7", None)
    assert ended.ended_at == current.started_at


def test_the_log_says_who(client, alice):
    client.force_authenticate(alice)
    client.post("/request-count/reset/")
    assert CountPeriod.objects.ended().get().reset_by == alice


def test_the_log_outlives_the_account(client, alice):
    client.force_authenticate(alice)
    client.post("/request-count/reset/")
    alice.delete()
    assert CountPeriod.objects.ended().get().reset_by is None


def test_an_invented_address_is_not_believed(client):
    client.post("/request-count/reset/", HTTP_X_FORWARDED_FOR="198.51.100.1", REMOTE_ADDR="203.0.113.7")
    assert CountPeriod.objects.ended().get().reset_from == "203.0.113.7"


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 5000])
def test_the_body_does_not_matter(client, body):
    response = client.generic("POST", "/request-count/reset/", body, content_type="application/json")
    assert response.status_code == 200


def test_get_does_not_reset(client):
    assert client.get("/request-count/reset/").status_code == 405
    assert client.get("/request-count/").json() == {"requests": 2}


def test_a_wrong_credential_resets_nothing(client):
    assert client.post("/request-count/reset/", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert client.get("/request-count/").json() == {"requests": 2}


@BOTH
def test_a_setting_limits_it_to_staff(client, settings, alice, staff, url):
    settings.COUNTER_RESET_BY_STAFF_ONLY = True
    assert client.post(f"{url}reset/").status_code == 401
    client.force_authenticate(alice)
    assert client.post(f"{url}reset/").status_code == 403
    assert client.get(url).json() == {"requests": 3}
    client.force_authenticate(staff)
    assert client.post(f"{url}reset/").status_code == 200
    assert client.get(url).json() == {"requests": 1}
