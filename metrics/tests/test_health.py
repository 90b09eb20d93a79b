"""GET /livez and GET /readyz"""

import pytest
from django.db import OperationalError, connection, connections
from django.db.migrations.recorder import MigrationRecorder

from metrics import health


@pytest.fixture(autouse=True)
def nothing_remembered():
    health.check_migrations.cache_clear()
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
    assert response.json() == {"status": "ok"}


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
    assert client.get("/readyz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_a_good_answer_is_remembered(client, django_assert_num_queries):
    client.get("/readyz")
    with django_assert_num_queries(1):
        client.get("/readyz")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_they_are_read_only_and_not_cached(client, path):
    assert client.post(path).status_code == 405
    assert "no-cache" in client.get(path)["Cache-Control"]
