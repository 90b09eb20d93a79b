"""POST /api/v1/auth/confirm/ and /api/v1/users/me/confirmation/, and the mail on registering."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from post_office.models import Email

from accounts.models import MailedKey, Session, User
from accounts.tests.contract import Canonical, Classic, Community, Compact, Showcase, as_token
from accounts.tests.letterbox import key_in
from metrics.tests.server import Server, database_url
from rest.tests.helpers import fields_named, is_problem, whole_database

CONFIRM, AGAIN = "/api/v1/auth/confirm/", "/api/v1/users/me/confirmation/"
ADDRESS = "rit@gmail.com"


def register(client, mount=None, **changes):
    mount = mount or Canonical()
    response = client.post(mount.address("register"), mount.registration(**changes))
    assert response.status_code == 201, response.content
    return response.json()


@pytest.mark.parametrize("mount", [Canonical(), Showcase(), Compact(), Community(), Classic()])
def test_who_registers_anywhere_gets_one_mail_whose_key_confirms_the_address(anonymous, letterbox, mount):
    register(anonymous, mount)
    key = letterbox.key(ADDRESS)
    assert not User.objects.get().email_confirmed
    response = anonymous.post(CONFIRM, {"key": key})
    assert (response.status_code, response.json()) == (200, {"email": ADDRESS})
    assert response["Cache-Control"] == "no-store"
    assert User.objects.get().email_confirmed
    assert letterbox.arrived() == []


def test_a_confirmed_address_is_what_document_000_calls_active(anonymous, letterbox):
    from accounts.dialects.classic import UserDetailsSerializer

    register(anonymous, Classic())
    assert UserDetailsSerializer(User.objects.get()).data["is_active"] is False
    anonymous.post(CONFIRM, {"key": letterbox.key(ADDRESS)})
    assert UserDetailsSerializer(User.objects.get()).data["is_active"] is True


def test_who_registers_without_an_address_gets_no_mail(anonymous):
    anonymous.post("/register/", {"username": "hp1", "password": "password123@"})
    assert not Email.objects.exists()


def test_the_mail_has_nothing_that_a_stranger_wrote(anonymous, letterbox):
    register(anonymous, username="buy-at-spam.example")
    mail = letterbox.one(ADDRESS)
    assert "spam" not in mail.as_string()
    assert mail["Subject"] == "Confirm your address"


def test_a_refused_registration_sends_nothing(anonymous, alice):
    response = anonymous.post("/api/v1/auth/register/", Canonical().registration(username="alice"))
    assert response.status_code == 400
    assert not Email.objects.exists()
    assert not MailedKey.objects.exists()


def test_a_key_works_once(anonymous, letterbox):
    register(anonymous)
    key = letterbox.key(ADDRESS)
    assert anonymous.post(CONFIRM, {"key": key}).status_code == 200
    before = whole_database()
    assert_refused(anonymous.post(CONFIRM, {"key": key}))
    assert whole_database() == before


def assert_refused(response):
    assert response.status_code == 400
    assert is_problem(response)
    assert fields_named(response) == {"key": ["Is wrong, used up or expired: ask for a new mail."]}


def test_an_expired_key_is_refused_and_a_new_one_can_be_asked_for(anonymous, letterbox):
    token = register(anonymous)["token"]
    key = letterbox.key(ADDRESS)
    MailedKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert_refused(anonymous.post(CONFIRM, {"key": key}))
    response = anonymous.post(AGAIN, **as_token(token))
    assert (response.status_code, response.json()) == (202, {"email": ADDRESS})
    assert anonymous.post(CONFIRM, {"key": letterbox.key(ADDRESS)}).status_code == 200


def test_a_key_lives_from_the_moment_when_it_is_sent(anonymous, letterbox, settings):
    settings.CONFIRMATION_HOURS = 2
    register(anonymous)
    MailedKey.objects.update(created_at=timezone.now() - timedelta(days=9))
    letterbox.key(ADDRESS)
    left = MailedKey.objects.get().expires_at - timezone.now()
    assert timedelta(hours=1, minutes=50) < left <= timedelta(hours=2)


def test_the_newest_key_replaces_the_older_ones_when_it_is_sent(anonymous, letterbox):
    token = register(anonymous)["token"]
    first = letterbox.key(ADDRESS)
    anonymous.post(AGAIN, **as_token(token))
    anonymous.post(AGAIN, **as_token(token))  # which one mail answers
    second = letterbox.key(ADDRESS)
    assert_refused(anonymous.post(CONFIRM, {"key": first}))
    assert anonymous.post(CONFIRM, {"key": second}).status_code == 200


def test_until_then_the_older_one_works_and_the_waiting_mail_is_not_sent_any_more(anonymous, letterbox):
    token = register(anonymous)["token"]
    first = letterbox.key(ADDRESS)
    anonymous.post(AGAIN, **as_token(token))
    assert anonymous.post(CONFIRM, {"key": first}).status_code == 200
    assert letterbox.arrived() == []


def test_the_key_is_in_no_table(anonymous, letterbox, caplog):
    register(anonymous)
    assert "?key=\n" in Email.objects.get().message
    key = letterbox.key(ADDRESS)
    assert key not in str(whole_database())
    anonymous.post(CONFIRM, {"key": key})
    assert key not in str(whole_database()) + caplog.text
    assert "address_confirmed user=" in caplog.text


@pytest.mark.parametrize("key", ["", None, 7, ["x"], {"a": 1}, "x" * 300, "nul\0", "\ud800", "0" * 64])
def test_what_is_no_key_is_refused_and_changes_nothing(anonymous, letterbox, key):
    register(anonymous)
    letterbox.key(ADDRESS)
    before = whole_database()
    response = anonymous.post(CONFIRM, json.dumps({"key": key}), content_type="application/json")
    assert response.status_code == 400
    assert set(fields_named(response)) == {"key"}
    assert whole_database() == before


def test_a_key_for_another_purpose_confirms_nothing(anonymous, alice, letterbox):
    anonymous.post("/api/v1/auth/password-reset/", {"email": "alice@example.com"})
    assert_refused(anonymous.post(CONFIRM, {"key": letterbox.key("alice@example.com")}))


def test_a_deactivated_account_confirms_nothing(anonymous, letterbox):
    register(anonymous)
    key = letterbox.key(ADDRESS)
    User.objects.update(is_active=False)
    assert_refused(anonymous.post(CONFIRM, {"key": key}))


def test_of_simultaneous_uses_of_one_key_exactly_one_succeeds(transactional_db, tmp_path, at_once, alice):
    key, tomorrow = Session.new_token(), timezone.now() + timedelta(days=1)
    MailedKey.objects.create(
        user=alice.user, purpose="confirm", address="alice@example.com", digest=Session.digest(key), expires_at=tomorrow
    )
    with Server(database_url(tmp_path), tmp_path / "host") as server:
        replies = at_once(lambda: server.post(CONFIRM, {"key": key})[0], [()] * 8)
    assert sorted(replies) == [200] + [400] * 7


class TestAgain:
    def test_it_needs_a_credential(self, anonymous, alice):
        assert anonymous.post(AGAIN).status_code == 401
        assert not Email.objects.exists()

    @pytest.mark.parametrize("fields", [{"email": ""}, {"email_confirmed": True}])
    def test_where_there_is_nothing_to_confirm_it_says_so(self, person, fields):
        response = person("hp1", **fields).post(AGAIN)
        assert response.status_code == 400
        assert fields_named(response) == {"email": ["There is no address to confirm."]}

    def test_it_is_limited(self, alice, settings):
        settings.THROTTLING = True
        statuses = [alice.post(AGAIN).status_code for _ in range(6)]
        assert statuses == [202] * 5 + [429]


def test_held_mail_is_released_once_the_address_is_confirmed(anonymous, letterbox, settings):
    settings.MAIL_PER_ADDRESS_PER_HOUR, settings.MAIL_PER_UNCONFIRMED_PER_DAY = 1, 1
    token = register(anonymous)["token"]
    key = letterbox.key(ADDRESS)
    for number in range(4):
        anonymous.post("/movies/", {"title": f"Movie {number}"}, **as_token(token))
    assert len(letterbox.arrived()) == 2
    anonymous.post(CONFIRM, {"key": key})
    mails = letterbox.arrived()
    assert len(mails) == 2
    assert "Movie" not in str([mail.get_content() for mail in mails])


def test_mail_about_the_account_does_not_wait_behind_mail_about_movies(alice, letterbox, settings):
    settings.MAIL_PER_ADDRESS_PER_HOUR, settings.MAIL_PER_UNCONFIRMED_PER_DAY = 1, 1
    for number in range(5):
        alice.post("/movies/", {"title": f"Movie {number}"})
    alice.post(AGAIN)
    assert "Confirm your address" in [mail["Subject"] for mail in letterbox.arrived()]


def test_a_mailbox_gets_few_mails_about_accounts_whatever_is_asked_for(person, letterbox, settings):
    settings.MAIL_ABOUT_ACCOUNT_PER_DAY = 4
    for number in range(20):
        person(f"mallory{number}", email=f"victim+{number}@example.com").post(AGAIN)
    now = Email.objects.filter(scheduled_time__lte=timezone.now())
    assert (now.count(), Email.objects.count()) == (5, 9)
    assert MailedKey.objects.count() == 9


def test_expired_keys_are_deleted_by_the_worker(anonymous, letterbox):
    register(anonymous)
    key_in(letterbox.one(ADDRESS))
    MailedKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    letterbox.arrived()
    assert not MailedKey.objects.exists()
