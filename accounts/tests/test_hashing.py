"""Passwords are hashed by few at a time: whoever comes too late is told so in the words of the door it stands at."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password, make_password
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import hashing, services
from accounts.hashing import GatedPBKDF2PasswordHasher, hashing_gate
from accounts.models import LoginFailures, LoginPause, User
from accounts.tests.contract import Canonical, Classic, Community, Compact, Showcase
from metrics.models import KeptAnswer
from metrics.tests.server import Server, database_url
from rest.exceptions import Busy
from rest.gates import Gate, patiently
from rest.tests.helpers import detail_of, is_problem

PASSWORD = "correct-horse-battery"
BUSY = "The server is busy with requests of this kind. Try again in a few seconds."
MOUNTS = [Canonical, Showcase, Compact, Community, Classic]
CHANGE = {"current_password": PASSWORD, "new_password": "kaleidoscope-7"}


@pytest.fixture(autouse=True)
def few(settings, tmp_path, monkeypatch):
    """One place, and nobody waits for it. Hashes are real, but cheap."""
    settings.GATES_DIR = tmp_path / "gates"
    settings.PASSWORD_HASHERS = [
        "accounts.hashing.GatedPBKDF2PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
    ]
    settings.PASSWORD_HASHING_PLACES = 1
    settings.THREADS = 4
    monkeypatch.setattr(GatedPBKDF2PasswordHasher, "iterations", 10)
    monkeypatch.setattr(hashing, "WAIT_SECONDS", 0.0)
    hashing.gate_of.cache_clear()
    yield
    hashing.gate_of.cache_clear()


@pytest.fixture
def crowded(few):
    """Somebody else's password is being hashed, until this is called or the test ends."""
    with ExitStack() as stack:
        stack.enter_context(Gate("passwords", places=1, waiting=1, wait_seconds=0).enter())
        yield stack.close


def assert_busy(reply):
    assert reply.status_code == 503, reply.content
    assert int(reply["Retry-After"]) > 0


def test_the_hash_is_djangos_own():
    ours = GatedPBKDF2PasswordHasher().encode(PASSWORD, "salt")
    assert ours == PBKDF2PasswordHasher().encode(PASSWORD, "salt", 10)
    assert check_password(PASSWORD, ours)
    assert not check_password("another", ours)


def test_a_hash_of_djangos_other_hashers_is_still_good_and_is_made_anew(db):
    user = User(username="alice")
    user.password = make_password(PASSWORD, hasher="pbkdf2_sha1")
    user.save()
    assert user.check_password(PASSWORD)
    assert User.objects.get().password.startswith("pbkdf2_sha256$")


@pytest.mark.parametrize("encoded", ["", "pbkdf2_sha256$5$salt$hash", "pbkdf2_sha256$10$salt$hash", "!unusable"])
def test_every_hash_goes_through_the_gate_that_of_nobody_and_that_of_an_older_one_too(crowded, encoded):
    with pytest.raises(Busy):
        check_password(PASSWORD, encoded)


def test_a_new_hash_goes_through_the_gate(crowded):
    with pytest.raises(Busy):
        make_password(PASSWORD)


def test_no_more_are_hashed_at_once_than_there_are_places(settings, monkeypatch):
    settings.PASSWORD_HASHING_PLACES, settings.THREADS = 2, 80
    monkeypatch.setattr(hashing, "WAIT_SECONDS", 60.0)
    most, inside, lock = [], [], threading.Lock()

    def encode(self, *about):
        with lock:
            inside.append(1)
            most.append(len(inside))
        threading.Event().wait(0.005)
        with lock:
            inside.pop()
        return "hash"

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", encode)
    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(make_password, ["x"] * 40)) == {"hash"}
    assert max(most) == 2


def test_without_places_there_is_no_gate(settings, crowded):
    settings.PASSWORD_HASHING_PLACES = 0
    assert make_password(PASSWORD)


def test_only_a_quarter_of_the_threads_may_wait(settings):
    settings.THREADS = 16
    assert hashing_gate().waiting == 4
    settings.THREADS = 1
    assert hashing_gate().waiting == 1


def test_a_command_waits_as_long_as_it_takes(crowded):
    def hash_patiently():
        with patiently():
            return make_password(PASSWORD)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(hash_patiently)
        while not hashing_gate().first.locked():  # until it asks for the place
            threading.Event().wait(0.005)
        assert not waiting.done()
        crowded()
        assert check_password(PASSWORD, waiting.result())


# --- At each door ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mount", MOUNTS)
def test_a_login_is_503_in_the_shape_of_the_mount(mount, anonymous, alice, crowded):
    reply = anonymous.post(mount().address("login"), {"username": "alice", "password": PASSWORD})
    assert_busy(reply)
    assert detail_of(reply) == BUSY
    assert is_problem(reply) == mount.has_problems
    assert reply["Cache-Control"] == "no-store"


@pytest.mark.parametrize("mount", MOUNTS)
def test_registering_is_503_and_makes_no_account(mount, anonymous, crowded):
    reply = anonymous.post(mount().address("register"), mount().registration())
    assert_busy(reply)
    assert detail_of(reply) == BUSY
    assert not User.objects.exists()


def test_changing_the_password_is_503_and_changes_nothing(alice, crowded):
    before = User.objects.get().password
    assert_busy(alice.post("/api/v1/users/me/password/", CHANGE))
    assert User.objects.get().password == before
    assert alice.get("/api/v1/users/me/").status_code == 200


def test_a_retry_with_its_key_is_done_when_there_is_a_place(anonymous, alice, crowded, settings):
    about = {"username": "alice", "password": PASSWORD}, {"HTTP_IDEMPOTENCY_KEY": "once"}
    assert_busy(anonymous.post("/api/v1/auth/login/", about[0], **about[1]))
    settings.PASSWORD_HASHING_PLACES = 0
    assert anonymous.post("/api/v1/auth/login/", about[0], **about[1]).status_code == 200
    assert not KeptAnswer.objects.exists()


@pytest.mark.parametrize("path", ["/api/v1/auth/login/", "/login/", "/account/login/", "/api/auth/login"])
def test_a_password_is_hashed_in_no_transaction_whatever_key_is_sent(anonymous, transactional_db, monkeypatch, path):
    found = []
    monkeypatch.setattr(
        PBKDF2PasswordHasher, "encode", lambda self, *about: found.append(connection.in_atomic_block) or "hash"
    )
    anonymous.post(path, {"username": "x", "password": "y"}, HTTP_IDEMPOTENCY_KEY="once")
    assert found == [False]


def test_nothing_is_locked_while_a_new_password_is_hashed(transactional_db, monkeypatch):
    user = User.objects.create_user("alice", password=PASSWORD)
    found, encode = [], PBKDF2PasswordHasher.encode

    def look(self, *about):
        found.append(connection.in_atomic_block)
        return encode(self, *about)

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", look)
    services.change_password(user=user, password="kaleidoscope-7")
    assert found == [False]


def test_the_admins_login_is_a_page_that_leads_back_to_the_form(client, sam, crowded):
    reply = client.post("/admin/login/", {"username": "sam", "password": PASSWORD})
    assert_busy(reply)
    assert BUSY in reply.content.decode()
    assert '<a href="/admin/login/">' in reply.content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("page", "sent"),
    [
        ("admin:accounts_user_add", {"username": "new", "password1": "kaleidoscope-7", "password2": "kaleidoscope-7"}),
        ("admin:password_change", {"old_password": PASSWORD, "new_password1": "x", "new_password2": "x"}),
        (
            "admin:auth_user_password_change",
            {"password1": "kaleidoscope-7-marble", "password2": "kaleidoscope-7-marble"},
        ),
    ],
)
def test_the_admins_pages_are_503_and_change_nothing(client, sam, crowded, page, sent):
    client.force_login(sam.user)
    before = [*User.objects.values()]
    address = reverse(page, args=[sam.user.pk] if page.startswith("admin:auth_user") else [])
    reply = client.post(address, {"usable_password": "true", **sent})
    assert_busy(reply)
    assert BUSY in reply.content.decode()
    assert reply["Content-Type"].startswith("text/html")
    assert [*User.objects.values()] == before


def test_an_attempt_whose_password_nobody_looked_at_is_none(anonymous, alice, settings, monkeypatch):
    settings.THROTTLING = True
    monkeypatch.setattr(GatedPBKDF2PasswordHasher, "encode", raise_busy)
    for _ in range(10):
        reply = anonymous.post("/api/v1/auth/login/", {"username": "alice", "password": "wrong"})
        assert_busy(reply)
    assert not LoginPause.objects.exists()
    assert not LoginFailures.objects.filter(until__gt=timezone.now()).exists()


def raise_busy(self, *about):
    raise Busy


# --- Over real processes --------------------------------------------------------------------------------------------


def test_two_processes_share_the_places_of_their_host_and_go_on_serving_others(transactional_db, tmp_path, settings):
    User.objects.create_user("alice", password=PASSWORD)
    with Server(database_url(tmp_path), tmp_path / "host", env={"PASSWORD_HASHING_PLACES": "1"}) as server:
        settings.GATES_DIR = tmp_path / "host" / "gates"
        with Gate("passwords", places=1, waiting=1, wait_seconds=0).enter():
            with ThreadPoolExecutor(16) as pool:
                logins = [
                    pool.submit(server.post, "/api/v1/auth/login/", {"username": "x", "password": "y"})
                    for _ in range(16)
                ]
                assert server.burst(50, "/api/v1/movies/") == [200] * 50
            assert {login.result()[0] for login in logins} == {503}
        assert server.post("/api/v1/auth/login/", {"username": "x", "password": "y"})[0] == 401
