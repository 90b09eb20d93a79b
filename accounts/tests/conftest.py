from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher

from accounts.tests.letterbox import letterbox_of
from metrics.tests.server import Server, database_url


@pytest.fixture
def hashings(monkeypatch):
    """Grows by one with each password that is hashed."""
    done = []
    original = MD5PasswordHasher.encode

    def encode(self, password, salt):
        done.append(password)
        return original(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", encode)
    return done


@pytest.fixture
def server(transactional_db, tmp_path):
    """Two real server processes of four threads each, for what only simultaneous requests can show.

    They hash as many passwords at once as they like: test_hashing.py looks at that limit.
    """
    with Server(database_url(tmp_path), tmp_path / "host", env={"PASSWORD_HASHING_PLACES": "0"}) as server:
        yield server


@pytest.fixture
def at_once():
    """Runs calls in threads that begin together, and returns their results: `at_once(call, [(1,), (2,)])`."""

    def run(call, arguments):
        barrier = Barrier(len(arguments))

        def begin(args):
            barrier.wait()
            return call(*args)

        with ThreadPoolExecutor(len(arguments)) as pool:
            return list(pool.map(begin, arguments))

    return run


@pytest.fixture
def letterbox(db, settings):
    """A real mail server to which the worker sends: `letterbox.key("alice@example.com")`."""
    with letterbox_of(settings) as letterbox:
        yield letterbox
