"""POST /api/v1/auth/password-reset/ and /api/v1/auth/password-reset/confirm/"""

import json
import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from post_office.models import Email

from accounts.models import MailedKey, ResetRequest, Session, User
from accounts.tests.test_password import NEW, OLD, assert_all_dead
from rest.tests.helpers import fields_named, headers_of, is_problem, whole_database

ASK, RESET = "/api/v1/auth/password-reset/", "/api/v1/auth/password-reset/confirm/"
ALICE = "alice@example.com"
VALUES = re.compile(r"'[^']*'|\d+|--.*|\(VALUES.*")  # in a statement: what it is asked with


@pytest.fixture
def key(anonymous, alice, letterbox):
    """A key to alice's password, which has arrived."""
    assert anonymous.post(ASK, {"email": ALICE}).status_code == 202
    return letterbox.key(ALICE)


def test_who_has_forgotten_a_password_sets_a_new_one(anonymous, alice, bob, key):
    response = anonymous.post(RESET, {"key": key, "new_password": NEW})
    assert (response.status_code, response.content) == (204, b"")
    assert response["Cache-Control"] == "no-store"
    assert_all_dead(anonymous, alice)
    assert anonymous.post("/api/v1/auth/login/", {"username": "alice", "password": OLD}).status_code == 401
    assert anonymous.post("/api/v1/auth/login/", {"username": "alice", "password": NEW}).status_code == 200
    assert bob.get("/api/v1/users/me/").status_code == 200


def test_the_address_is_confirmed_by_it(anonymous, alice, key):
    anonymous.post(RESET, {"key": key, "new_password": NEW})
    assert User.objects.get().email_confirmed


@pytest.mark.parametrize("typed", ["ALICE@Example.com", " alice@example.com "])
def test_the_address_is_compared_without_case_and_the_mail_goes_to_the_stored_one(anonymous, alice, letterbox, typed):
    anonymous.post(ASK, {"email": typed})
    letterbox.one(ALICE)


def test_a_key_works_once(anonymous, alice, key):
    assert anonymous.post(RESET, {"key": key, "new_password": NEW}).status_code == 204
    response = anonymous.post(RESET, {"key": key, "new_password": "another-owl-at-noon"})
    assert response.status_code == 400
    assert is_problem(response)
    assert set(fields_named(response)) == {"key"}
    assert User.objects.get().check_password(NEW)


def test_a_weak_password_is_refused_and_the_key_is_still_good(anonymous, alice, key):
    for weak in ("password1", "alicealice", "alice@example.com", "short", "12345678901"):
        response = anonymous.post(RESET, {"key": key, "new_password": weak})
        assert response.status_code == 400
        assert set(fields_named(response)) == {"new_password"}
    assert anonymous.post(RESET, {"key": key, "new_password": NEW}).status_code == 204


def expire(alice):
    MailedKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def deactivate(alice):
    User.objects.update(is_active=False)


def change_password(alice):
    assert alice.post("/api/v1/users/me/password/", {"current_password": OLD, "new_password": NEW}).status_code == 204


def change_address(alice):
    assert alice.patch("/api/v1/users/me/", {"email": "alicia@example.com"}).status_code == 200


def change_address_in_shell(alice):
    User.objects.update(email="alicia@example.com", email_key="alicia@example.com")


@pytest.mark.parametrize(
    "happens",
    [expire, deactivate, change_password, change_address, change_address_in_shell],
    ids=lambda way: way.__name__,
)
def test_a_key_is_good_no_longer_when(anonymous, alice, key, happens):
    happens(alice)
    before = whole_database()
    response = anonymous.post(RESET, {"key": key, "new_password": "another-owl-at-noon"})
    assert response.status_code == 400
    assert set(fields_named(response)) == {"key"}
    assert whole_database() == before


@pytest.mark.parametrize("email", ["nobody@example.com", "away@example.com", "locked@example.com"])
def test_who_has_no_account_or_no_password_gets_the_same_answer_and_no_mail(person, anonymous, alice, letterbox, email):
    person("away", is_active=False)
    person("locked").user.set_unusable_password()
    User.objects.filter(username="locked").update(password="!")
    answers = [anonymous.post(ASK, {"email": address}) for address in (ALICE, email)]
    assert answers[0].status_code == answers[1].status_code == 202
    assert answers[0].content == answers[1].content
    assert headers_of(answers[0]) == headers_of(answers[1])
    letterbox.one(ALICE)
    assert not ResetRequest.objects.exists()


def test_the_request_does_the_same_whether_there_is_an_account_or_not(anonymous, alice, settings):
    """So its time tells nothing either. Who looks for the account is the worker."""
    settings.THROTTLING = True
    anonymous.post(ASK, {"email": "first@example.com"})  # which opens the network's window
    done = []
    for email in (ALICE, "nobody@example.com"):
        with CaptureQueriesContext(connection) as queries:
            assert anonymous.post(ASK, {"email": email}).status_code == 202
        done.append([VALUES.sub("", query["sql"]) for query in queries])
    assert done[0] == done[1]
    assert "accounts_user" not in str(done)


def test_asking_often_gives_one_mail(anonymous, alice, letterbox):
    for _ in range(3):
        anonymous.post(ASK, {"email": ALICE})
        letterbox_waits = ResetRequest.objects.count()
        assert letterbox_waits == 1
    letterbox.one(ALICE)


def test_a_request_that_two_workers_answer_gives_one_mail(anonymous, alice):
    from accounts.services import recovery

    anonymous.post(ASK, {"email": ALICE})
    pk = ResetRequest.objects.get().pk
    assert [recovery.answer(pk, ALICE), recovery.answer(pk, ALICE)] == [True, False]
    assert Email.objects.count() == 1


def test_it_is_limited_for_each_network_and_for_each_address(client, alice, settings):
    settings.THROTTLING = True

    def ask(email, network):
        return client.post(ASK, {"email": email}, content_type="application/json", REMOTE_ADDR=network)

    assert [ask(ALICE, f"198.51.100.{number}").status_code for number in range(6)] == [202] * 5 + [429]
    assert ask(ALICE.upper(), "198.51.100.99")["Retry-After"]
    statuses = [ask(f"{number}@example.com", "203.0.113.1").status_code for number in range(31)]
    assert statuses == [202] * 30 + [429]


def test_keys_cannot_be_tried_without_end(client, settings, db):
    settings.THROTTLING = True
    body = {"key": "0" * 64, "new_password": NEW}
    statuses = {client.post(RESET, body, content_type="application/json").status_code for _ in range(31)}
    assert statuses == {400, 429}


@pytest.mark.parametrize(
    "email", ["", None, 7, ["a@b.com"], "nobody", "nul\0@b.com", "x" * 300 + "@b.com", "\ud800@b.com"]
)
def test_what_is_no_address_is_refused(anonymous, db, email):
    response = anonymous.post(ASK, json.dumps({"email": email}), content_type="application/json")
    assert response.status_code == 400
    assert set(fields_named(response)) == {"email"}
    assert not ResetRequest.objects.exists()


def test_a_header_in_an_address_begins_none(anonymous, alice):
    response = anonymous.post(ASK, {"email": "alice@example.com\nBcc: victim@example.com"})
    assert response.status_code == 400


def test_nothing_secret_is_in_a_table_or_in_the_log(anonymous, alice, key, caplog):
    anonymous.post(RESET, {"key": key, "new_password": NEW})
    anonymous.post(ASK, {"email": "nobody@example.com"})
    everything = str(whole_database()) + caplog.text
    assert key not in everything
    assert NEW not in everything
    assert f"password_changed user={alice.user.pk}" in caplog.text
    assert "password_reset_asked" in caplog.text
    assert "nobody@example.com" not in caplog.text


def test_a_mail_that_is_sent_twice_has_two_keys_of_which_the_second_works(anonymous, alice, letterbox):
    from accounts.tests.letterbox import key_in

    anonymous.post(ASK, {"email": ALICE})
    letterbox.server.answer_data = lambda mail: "451 Try again later"
    letterbox.arrived()
    letterbox.server.answer_data = lambda mail: "250 OK"
    Email.objects.update(scheduled_time=timezone.now())
    (mail,) = letterbox.arrived()
    assert anonymous.post(RESET, {"key": key_in(mail), "new_password": NEW}).status_code == 204


def test_no_session_is_kept_and_none_is_opened(anonymous, alice, key):
    anonymous.post(RESET, {"key": key, "new_password": NEW})
    assert not Session.objects.exists()


def test_the_worker_answers_while_there_is_nobody_to_mail(anonymous, db):
    anonymous.post(ASK, {"email": "nobody@example.com"})
    call_command("send_mail", "--once", verbosity=0)
    assert not ResetRequest.objects.exists()
