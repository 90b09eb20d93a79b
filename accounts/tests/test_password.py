"""POST /api/v1/users/me/password/, and every other way in which a password changes."""

import io
from unittest import mock

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Session, User
from accounts.tests.contract import as_bearer, as_token
from rest.tests.helpers import fields_named, is_problem, whole_database

ADDRESS = "/api/v1/users/me/password/"
OLD = "correct-horse-battery"
NEW = "kaleidoscope-7"
CHANGE = {"current_password": OLD, "new_password": NEW}


def assert_all_dead(client, *people):
    for person in people:
        secrets = person.credentials
        for header in (as_token(secrets.token), as_bearer(secrets.access)):
            assert client.get("/api/v1/users/me/", **header).status_code == 401
        assert client.post("/api/v1/auth/refresh/", {"refresh": secrets.refresh}).status_code == 401


def test_the_password_is_changed_and_every_session_ends(anonymous, alice, bob, scheme):
    other = anonymous.post("/api/v1/auth/login/", {"username": "alice", "password": OLD}).json()
    response = alice.use(scheme).post(ADDRESS, CHANGE)
    assert (response.status_code, response.content) == (204, b"")
    assert_all_dead(anonymous, alice)
    assert anonymous.get("/api/v1/users/me/", **as_token(other["token"])).status_code == 401
    assert anonymous.get("/api/v1/users/me/", **as_bearer(other["access"])).status_code == 401
    assert anonymous.post("/api/v1/auth/login/", {"username": "alice", "password": OLD}).status_code == 401
    assert anonymous.post("/api/v1/auth/login/", {"username": "alice", "password": NEW}).status_code == 200
    assert bob.get("/api/v1/users/me/").status_code == 200


def test_no_session_of_the_old_password_is_kept(alice):
    alice.post(ADDRESS, CHANGE)
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, {"current_password", "new_password"}),
        ({"new_password": NEW}, {"current_password"}),
        ({"current_password": OLD}, {"new_password"}),
        ({"current_password": "wrong", "new_password": NEW}, {"current_password"}),
        ({"current_password": OLD, "new_password": "alice"}, {"new_password"}),
        ({"current_password": OLD, "new_password": "12345678901"}, {"new_password"}),
        ({"current_password": OLD, "new_password": "alice@example.com"}, {"new_password"}),
        ({"current_password": [OLD], "new_password": {"a": 1}}, {"current_password", "new_password"}),
        ({"current_password": OLD, "new_password": "x" * 2000}, {"new_password"}),
        ({"current_password": OLD, "new_password": "nul\0" + NEW}, {"new_password"}),
    ],
)
def test_what_is_missing_wrong_or_weak_is_named_and_changes_nothing(alice, body, named):
    before = whole_database()
    response = alice.post(ADDRESS, body)
    assert response.status_code == 400
    assert is_problem(response)
    assert set(fields_named(response)) == named
    assert whole_database() == before
    assert alice.get("/api/v1/users/me/").status_code == 200


def test_it_needs_a_credential(anonymous, alice):
    assert anonymous.post(ADDRESS, CHANGE).status_code == 401
    assert User.objects.get().check_password(OLD)


def test_the_new_password_is_stored_only_as_a_hash(alice):
    alice.post(ADDRESS, CHANGE)
    assert NEW not in str(whole_database())
    assert check_password(NEW, User.objects.get().password)


def test_the_account_is_locked_while_its_password_changes(alice):
    with CaptureQueriesContext(connection) as queries:
        alice.post(ADDRESS, CHANGE)
    locking = [query["sql"] for query in queries if "FOR UPDATE" in query["sql"]]
    assert len(locking) == (1 if connection.features.has_select_for_update else 0)


def set_in_shell(alice, sam):
    user = User.objects.get(username="alice")
    user.set_password(NEW)
    user.save()


def set_by_command(alice, sam):
    with mock.patch("getpass.getpass", return_value=NEW):
        call_command("changepassword", "alice", stdout=io.StringIO())


def set_in_admin(alice, sam):
    sam.client.force_login(sam.user)
    address = reverse("admin:auth_user_password_change", args=[alice.user.pk])
    response = sam.post(address, {"password1": NEW, "password2": NEW, "usable_password": "true"}, format="multipart")
    assert response.status_code == 302, response.content


def set_in_database(alice, sam):
    User.objects.filter(pk=alice.user.pk).update(password="!")


@pytest.mark.parametrize("way", [set_in_shell, set_by_command, set_in_admin, set_in_database])
def test_whichever_way_the_password_is_changed_every_session_ends(anonymous, alice, sam, way):
    way(alice, sam)
    assert not User.objects.get(username="alice").check_password(OLD)
    assert_all_dead(anonymous, alice)
    assert sam.get("/api/v1/users/me/").status_code == 200


def test_a_stronger_hash_of_the_same_password_leaves_the_sessions_alone(anonymous, alice, settings):
    weak = User.objects.get().password
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]
    body = anonymous.post("/api/v1/auth/login/", {"username": "alice", "password": OLD}).json()
    assert User.objects.get().password != weak
    assert anonymous.get("/api/v1/users/me/", **as_token(body["token"])).status_code == 200
    assert alice.get("/api/v1/users/me/").status_code == 200


def test_a_stronger_hash_does_not_revive_a_session_of_another_password(anonymous, alice, settings):
    set_in_shell(alice, None)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]
    assert anonymous.post("/api/v1/auth/login/", {"username": "alice", "password": NEW}).status_code == 200
    assert_all_dead(anonymous, alice)
