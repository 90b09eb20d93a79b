"""The security log's lines about logins: what happened, to whom and from where, and nothing that a thief could use."""

import logging
import re

import pytest

from accounts.models import User

PASSWORD = "correct-horse-battery"
DOORS = ["/api/v1/auth/login/", "/admin/login/"]


@pytest.fixture
def lines(caplog):
    """The lines so far: `lines("login_failed")`."""
    caplog.set_level(logging.INFO, "marquee.security")

    def of(event):
        found = [r.getMessage() for r in caplog.records if r.name == "marquee.security"]
        return [line for line in found if line.split(" ")[0] == event]

    return of


@pytest.fixture
def log_in(client):
    def send(username, password, door=DOORS[0]):
        return client.post(door, {"username": username, "password": password}, REMOTE_ADDR="203.0.113.7")

    return send


@pytest.mark.parametrize("door", DOORS)
def test_a_login_is_one_line(log_in, sam, lines, door):
    log_in("sam@example.com", PASSWORD, door)
    assert lines("login") == [f'login user={sam.user.pk} address="203.0.113.7" door="{door}"']
    assert lines("login_failed") == []


@pytest.mark.parametrize("door", DOORS)
def test_a_failed_login_says_why_and_to_whom_it_meant_to_be(log_in, sam, lines, door):
    away = User.objects.create_user("away", password=PASSWORD, is_active=False)
    tries = [("sam", "wrong"), ("away", PASSWORD), ("nobody", PASSWORD)]
    for username, password in tries:
        log_in(username, password, door)
    wrong, inactive, unknown = (re.sub(r' name="[0-9a-f]{16}"', "", line) for line in lines("login_failed"))
    about = f'address="203.0.113.7" door="{door}"'
    assert wrong == f'login_failed user={sam.user.pk} {about} why="wrong_password"'
    assert inactive == f'login_failed user={away.pk} {about} why="inactive"'
    assert unknown == f'login_failed {about} why="unknown_name"'


def test_a_name_is_told_from_others_and_is_not_said(log_in, sam, lines):
    for username in ("sam", "SAM@example.com", "secret-typed-for-a-name", "SECRET-typed-for-a-name"):
        log_in(username, "secret-password")
    one, same, other, its_same = (re.search(r'name="(\w+)"', line)[1] for line in lines("login_failed"))
    assert one == same != other == its_same
    for line in lines("login_failed"):
        assert "secret" not in line.lower()
        assert "sam" not in line


def test_each_pause_that_begins_is_one_line_however_often_it_is_tried_in_it(log_in, sam, lines, settings):
    settings.THROTTLING = True
    statuses = [log_in("sam", "wrong").status_code for _ in range(12)]
    assert 401 in statuses
    assert 429 in statuses
    assert len(lines("login_failed")) == statuses.count(401)
    paused = lines("login_paused")
    assert len(paused) == statuses.count(401) - 4
    assert re.fullmatch(rf'login_paused user={sam.user.pk} address="203\.0\.113\.7" name="\w+" seconds=1', paused[0])
