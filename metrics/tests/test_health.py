"""GET /livez and GET /readyz"""

import socket
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection, connections
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from metrics import health
from metrics.models import Heartbeat
from metrics.querysets import HeartbeatQuerySet


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch):
    health.check_migrations.cache_clear()
    monkeypatch.setitem(health.CHECKS, "writing", health.WritingCheck())
    yield
    health.check_migrations.cache_clear()


def fail(*args, **kwargs):
    raise OperationalError("connection refused")


def test_livez_asks_nobody(client, monkeypatch):
    monkeypatch.setattr(type(connections["default"]), "cursor", fail)
    response = client.get("/livez")
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}


@pytest.mark.django_db
def test_readyz_is_200_when_all_is_well(client):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "mail": "down"}


@pytest.mark.django_db
def test_readyz_says_that_a_mail_worker_is_alive_for_a_minute_after_its_last_sign(client):
    Heartbeat.objects.beat("mail")
    assert client.get("/readyz").json() == {"status": "ok", "mail": "ok"}
    Heartbeat.objects.update(seen_at=timezone.now() - timedelta(seconds=61))
    assert client.get("/readyz").json() == {"status": "ok", "mail": "down"}


@pytest.mark.django_db
def test_hosts_that_have_gone_are_forgotten_when_another_one_comes():
    gone = timezone.now() - timedelta(days=2)
    Heartbeat.objects.create(name="mail", host="gone", seen_at=gone)
    Heartbeat.objects.create(name="web", host="gone", seen_at=gone)
    Heartbeat.objects.beat("mail")
    assert list(Heartbeat.objects.values_list("name", "host")) == [("mail", socket.gethostname())]


@pytest.mark.django_db
def test_readyz_is_503_while_nothing_can_be_written(client, monkeypatch):
    monkeypatch.setattr(HeartbeatQuerySet, "beat", fail)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert response.json() == {"status": "unavailable", "failed": "writing"}


@pytest.mark.django_db
def test_readyz_is_503_on_a_full_disk(client, monkeypatch):
    full = SimpleNamespace(f_bavail=100, f_frsize=4096)
    monkeypatch.setattr(health.os, "statvfs", lambda path: full)
    assert client.get("/readyz").json() == {"status": "unavailable", "failed": "disk"}


@pytest.mark.django_db
def test_whoever_asks_without_end_makes_nobody_write_without_end(client, monkeypatch):
    written = []
    monkeypatch.setattr(HeartbeatQuerySet, "beat", lambda self, name: written.append(name))
    for _ in range(20):
        client.get("/readyz")
    assert written == ["web"]


@pytest.mark.django_db
def test_readyz_is_503_while_the_database_is_away(client, monkeypatch):
    monkeypatch.setitem(health.CHECKS, "database", fail)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "failed": "database"}


@pytest.mark.django_db
def test_readyz_is_503_until_every_migration_is_applied(client):
    applied = MigrationRecorder.Migration.objects.filter(app="metrics").order_by("id").last()
    applied.delete()
    assert client.get("/readyz").json() == {"status": "unavailable", "failed": "migrations"}
    MigrationRecorder(connection).record_applied(applied.app, applied.name)
    assert client.get("/readyz").json() == {"status": "ok", "mail": "down"}


@pytest.mark.django_db
def test_a_good_answer_is_remembered(client, django_assert_num_queries):
    client.get("/readyz")
    with django_assert_num_queries(2):  # is it there, and is a mail worker alive
        client.get("/readyz")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_they_are_read_only_and_not_cached(client, path):
    assert client.post(path).status_code == 405
    assert "no-cache" in client.get(path)["Cache-Control"]
