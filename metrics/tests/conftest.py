import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from metrics import middleware, services
from metrics.counter import RequestCounter
from metrics.tests.server import Server, database_url


@pytest.fixture
def fresh(tmp_path, settings, monkeypatch):
    """A process that has counted nothing yet, in a folder of its own; call it for another one."""
    settings.COUNTER_DIR = tmp_path / "counter"
    settings.COUNTER_WRITE_SECONDS = 0  # tests write when they want to, by counter.tick()
    settings.COUNTER_RESET_BY_STAFF_ONLY = False
    settings.TRUSTED_PROXIES = 0

    def start() -> RequestCounter:
        counter = RequestCounter()
        monkeypatch.setattr(middleware, "counter", counter)
        monkeypatch.setattr(services, "counter", counter)
        return counter

    return start


@pytest.fixture
def counter(fresh):
    return fresh()


@pytest.fixture
def impossible_folder(tmp_path):
    """Not even root can make a folder below a file."""
    (tmp_path / "file").touch()
    return tmp_path / "file" / "counter"


@pytest.fixture
def client(counter):
    return APIClient()


@pytest.fixture
def alice(db):
    return User.objects.create_user("alice")


@pytest.fixture
def staff(db):
    return User.objects.create_user("sam", is_staff=True, is_superuser=True)


@pytest.fixture
def new_server(transactional_db, tmp_path):
    """Starts real servers on one database, each in the folder of that name, and stops them after the test."""
    url, servers = database_url(tmp_path), []

    def start(folder: str = "host", **options) -> Server:
        server = Server(url, tmp_path / folder, **options)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def without_tables(transactional_db):
    """Drops tables for one test: `without_tables(Model, …)`."""
    dropped = []

    def drop(*models) -> None:
        with connection.schema_editor() as editor:
            for model in models:
                editor.delete_model(model)
                dropped.append(model)

    yield drop
    with connection.schema_editor() as editor:
        for model in dropped:
            editor.create_model(model)
