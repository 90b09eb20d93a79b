"""PATCH /api/v1/users/me/ with another e-mail address, and what becomes of mail to the old one."""

from datetime import timedelta

import pytest
from django.utils import timezone
from post_office.models import Email

from accounts.models import MailedKey, Session, User
from accounts.services import delete_account, update_profile
from accounts.tests.letterbox import key_in
from accounts.tests.test_confirm import assert_refused
from conftest import PASSWORD
from rest.tests.helpers import fields_named, whole_database

ME, CONFIRM = "/api/v1/users/me/", "/api/v1/auth/confirm/"
OLD, NEW = "alice@example.com", "alicia@example.com"


@pytest.fixture
def alice(person):
    return person("alice", email_confirmed=True)


def addresses():
    return User.objects.values_list("email", "email_confirmed").get(username="alice")


def mail_to(address, mails):
    (mail,) = [mail for mail in mails if mail["To"] == address]
    return mail


class TestConfirmed:
    def test_it_stays_until_the_new_one_is_confirmed_and_is_told(self, anonymous, alice, letterbox):
        body = alice.patch(ME, {"email": NEW}).json()
        assert (body["email"], body["email_confirmed"], body["pending_email"]) == (OLD, True, NEW)
        assert addresses() == (OLD, True)
        mails = letterbox.arrived()
        assert len(mails) == 2
        told = mail_to(OLD, mails).get_content()
        assert "key=" not in told
        assert "/accounts/password-reset/" in told
        response = anonymous.post(CONFIRM, {"key": key_in(mail_to(NEW, mails))})
        assert (response.status_code, response.json()) == (200, {"email": NEW})
        assert addresses() == (NEW, True)
        assert alice.get(ME).json()["pending_email"] is None
        assert letterbox.one(OLD)["Subject"] == "The address of your account has been changed"

    def test_the_mails_have_nothing_that_anybody_wrote(self, person, letterbox):
        mallory = person("spam-at-evil.example", email=OLD, email_confirmed=True)
        mallory.patch(ME, {"email": NEW})
        assert "evil" not in str([mail.as_string() for mail in letterbox.arrived()])

    def test_the_present_address_withdraws_the_change(self, anonymous, alice, letterbox):
        alice.patch(ME, {"email": NEW})
        key = key_in(mail_to(NEW, letterbox.arrived()))
        assert alice.patch(ME, {"email": OLD}).json()["pending_email"] is None
        assert_refused(anonymous.post(CONFIRM, {"key": key}))
        assert addresses() == (OLD, True)

    def test_another_new_one_replaces_the_first(self, anonymous, alice, letterbox):
        alice.patch(ME, {"email": NEW})
        first = key_in(mail_to(NEW, letterbox.arrived()))
        alice.patch(ME, {"email": "third@example.com"})
        assert_refused(anonymous.post(CONFIRM, {"key": first}))
        key = key_in(mail_to("third@example.com", letterbox.arrived()))
        anonymous.post(CONFIRM, {"key": key})
        assert addresses() == ("third@example.com", True)

    def test_a_new_password_withdraws_what_a_thief_may_have_asked_for(self, anonymous, alice, letterbox):
        alice.patch(ME, {"email": "thief@example.com"})
        key = key_in(mail_to("thief@example.com", letterbox.arrived()))
        alice.post(f"{ME}password/", {"current_password": PASSWORD, "new_password": "kaleidoscope-7"})
        assert_refused(anonymous.post(CONFIRM, {"key": key}))
        assert addresses() == (OLD, True)

    def test_a_change_that_nobody_confirms_lapses(self, alice, letterbox):
        alice.patch(ME, {"email": NEW})
        letterbox.arrived()
        MailedKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert alice.get(ME).json()["pending_email"] is None

    def test_its_mail_can_be_asked_for_again(self, alice, letterbox):
        alice.patch(ME, {"email": NEW})
        letterbox.arrived()
        assert alice.post(f"{ME}confirmation/").json() == {"email": NEW}
        letterbox.one(NEW)

    def test_an_address_that_is_taken_meanwhile_is_refused_and_nothing_is_lost(
        self, anonymous, alice, person, letterbox
    ):
        alice.patch(ME, {"email": NEW})
        key = key_in(mail_to(NEW, letterbox.arrived()))
        other = person("other", email=NEW.upper())
        before = whole_database()
        response = anonymous.post(CONFIRM, {"key": key})
        assert response.status_code == 400
        assert fields_named(response) == {"email": ["A user with that e-mail address already exists."]}
        assert whole_database() == before
        delete_account(user=other.user)
        assert anonymous.post(CONFIRM, {"key": key}).status_code == 200

    def test_a_taken_one_is_refused_at_once(self, alice, bob):
        response = alice.patch(ME, {"email": "BOB@example.com"})
        assert response.status_code == 400
        assert set(fields_named(response)) == {"email"}
        assert not Email.objects.exists()

    def test_it_may_be_removed_at_once_and_is_told(self, alice, letterbox):
        body = alice.patch(ME, {"email": ""}).json()
        assert (body["email"], body["email_confirmed"]) == ("", False)
        letterbox.one(OLD)

    def test_name_and_address_together(self, alice):
        body = alice.patch(ME, {"username": "alicia", "email": NEW}).json()
        assert (body["username"], body["email"], body["pending_email"]) == ("alicia", OLD, NEW)


class TestUnconfirmed:
    @pytest.fixture
    def alice(self, person):
        return person("alice")

    def test_it_is_replaced_at_once_and_the_new_one_gets_the_mail(self, anonymous, alice, letterbox):
        body = alice.patch(ME, {"email": NEW}).json()
        assert (body["email"], body["email_confirmed"], body["pending_email"]) == (NEW, False, None)
        assert anonymous.post(CONFIRM, {"key": letterbox.key(NEW)}).status_code == 200
        assert addresses() == (NEW, True)

    def test_a_key_to_the_old_one_confirms_nothing(self, anonymous, alice, letterbox):
        alice.post(f"{ME}confirmation/")
        key = letterbox.key(OLD)
        alice.patch(ME, {"email": NEW})
        assert_refused(anonymous.post(CONFIRM, {"key": key}))

    def test_an_account_without_one_gets_one(self, person, letterbox):
        assert person("hp1", email="").patch(ME, {"email": NEW}).json()["email"] == NEW
        letterbox.key(NEW)


class TestIdentity:
    @pytest.fixture
    def old_login(self, alice):
        Session.objects.update(created_at=timezone.now() - timedelta(hours=1))
        return alice

    @pytest.mark.parametrize("change", [{"email": NEW}, {"username": "alicia"}])
    def test_an_older_login_needs_the_password(self, old_login, change):
        before = whole_database()
        for more in ({}, {"current_password": "wrong"}):
            response = old_login.patch(ME, {**change, **more})
            assert response.status_code == 400
            assert set(fields_named(response)) == {"current_password"}
        assert whole_database() == before
        assert old_login.patch(ME, {**change, "current_password": PASSWORD}).status_code == 200

    def test_to_change_nothing_needs_none(self, old_login):
        assert old_login.patch(ME, {}).status_code == 200

    def test_deleting_needs_it_too(self, old_login):
        assert old_login.delete(ME).status_code == 400
        assert old_login.delete(ME, {"current_password": "wrong"}).status_code == 400
        assert old_login.delete(ME, {"current_password": PASSWORD}).status_code == 204
        assert not User.objects.exists()

    def test_passwords_cannot_be_guessed_there(self, old_login, settings):
        settings.THROTTLING = True
        statuses = [old_login.delete(ME, {"current_password": f"guess {n}"}).status_code for n in range(11)]
        assert statuses == [400] * 10 + [429]


@pytest.mark.parametrize("address", ['"a,b"@example.com', '"a b"@example.com', "ünal@example.com"])
def test_an_address_that_no_mail_can_be_sent_to_is_refused(anonymous, alice, address):
    assert set(fields_named(alice.patch(ME, {"email": address}))) == {"email"}
    body = {"username": "hp1", "email": address, "password": "password123@"}
    assert set(fields_named(anonymous.post("/register/", body))) == {"email"}


def test_null_is_no_address_where_none_is_needed(anonymous, db):
    body = {"username": "hp1", "email": None, "password": "password123@"}
    assert anonymous.post("/register/", body, format="json").status_code == 201
    assert User.objects.get().email == ""
    assert anonymous.post("/api/v1/auth/register/", {**body, "username": "hp2"}, format="json").status_code == 400


# --- Mail to the old address ----------------------------------------------------------------------------------------


def test_what_was_queued_for_a_confirmed_address_follows_to_the_next_one(anonymous, alice, make_movie, letterbox):
    alice.patch(ME, {"email": NEW})
    key = key_in(mail_to(NEW, letterbox.arrived()))
    make_movie("Alien", by=alice)
    anonymous.post(CONFIRM, {"key": key})
    mails = letterbox.arrived()
    assert "Alien" in mail_to(NEW, mails)["Subject"]
    assert mail_to(OLD, mails)["Subject"] == "The address of your account has been changed"


def test_what_was_queued_for_an_unconfirmed_one_waits_for_the_next_to_be_confirmed(
    anonymous, person, make_movie, letterbox
):
    hp1 = person("hp1", email=OLD)
    make_movie("Alien", by=hp1)
    hp1.patch(ME, {"email": "victim@example.com"})
    key = letterbox.key("victim@example.com")
    assert letterbox.arrived() == []
    anonymous.post(CONFIRM, {"key": key})
    mail = letterbox.one("victim@example.com")
    assert "Alien" not in mail.as_string()


def test_without_an_address_it_goes_nowhere(alice, make_movie, letterbox):
    make_movie("Alien", by=alice)
    alice.patch(ME, {"email": ""})
    assert letterbox.one(OLD)["Subject"] == "The address of your account has been changed"


def test_deleting_the_account_forgets_its_mail_to_every_address(anonymous, alice, bob, make_movie, letterbox):
    make_movie("Alien", by=alice)
    alice.patch(ME, {"email": NEW})
    anonymous.post(CONFIRM, {"key": key_in(mail_to(NEW, letterbox.arrived()))})
    alice.patch(ME, {"email": "third@example.com"})
    anonymous.post("/api/v1/auth/password-reset/", {"email": NEW})
    alice.delete(ME)
    everything = str(whole_database())
    assert not [trace for trace in (OLD, NEW, "third@example.com", "alic") if trace in everything]
    assert "bob" in everything


def test_staff_who_change_an_address_have_it_confirmed(alice, sam, client, letterbox):
    client.force_login(sam.user)
    user = User.objects.get(username="alice")
    from accounts.services import change_account

    user.email = NEW
    change_account(user=user, fields=["email"])
    assert addresses() == (NEW, False)
    assert {mail["To"] for mail in letterbox.arrived()} == {OLD, NEW}


def test_a_change_is_in_the_security_log_without_the_addresses(anonymous, alice, letterbox, caplog):
    alice.patch(ME, {"email": NEW})
    anonymous.post(CONFIRM, {"key": key_in(mail_to(NEW, letterbox.arrived()))})
    security = [record.getMessage() for record in caplog.records if record.name == "marquee.security"]
    assert [line.split()[0] for line in security] == ["address_changed", "address_confirmed"]
    assert "example.com" not in str(security)


def test_update_profile_brings_the_given_user_up_to_date(alice):
    update_profile(user=alice.user, username="alicia")
    assert alice.user.username == "alicia"
