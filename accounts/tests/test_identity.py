"""accounts.services.confirm_identity: what asks for the current password, and when a fresh login is as good."""

from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from accounts.models import Session
from accounts.services import confirm_identity
from conftest import PASSWORD


@pytest.fixture
def confirm(alice):
    def call(password, login=None):
        request = RequestFactory().delete("/api/v1/users/me/")
        login = login or Session.objects.get(user=alice.user)
        return confirm_identity(request=request, user=alice.user, login=login, password=password)

    return call


def make_old(minutes):
    Session.objects.update(created_at=timezone.now() - timedelta(minutes=minutes))


def test_a_login_that_has_just_been_opened_needs_no_password(confirm):
    assert confirm(None) is None


def test_an_older_login_needs_the_password(confirm, settings):
    make_old(settings.REAUTHENTICATION_MINUTES)
    with pytest.raises(ValidationError) as refusal:
        confirm(None)
    assert refusal.value.get_codes() == {"current_password": ["required"]}
    assert confirm(PASSWORD) is None


@pytest.mark.parametrize("minutes", [0, 60])
def test_a_wrong_password_is_refused_however_fresh_the_login_is(confirm, minutes):
    make_old(minutes)
    with pytest.raises(ValidationError) as refusal:
        confirm("wrong")
    assert refusal.value.get_codes() == {"current_password": ["wrong_password"]}


def test_a_credential_that_is_no_login_always_needs_the_password(confirm):
    with pytest.raises(ValidationError):
        confirm(None, login=object())
    assert confirm(PASSWORD, login=object()) is None


def test_a_setting_asks_for_the_password_each_time(confirm, settings):
    settings.REAUTHENTICATION_MINUTES = 0
    with pytest.raises(ValidationError):
        confirm(None)


def test_a_refusal_is_in_the_security_log_without_what_was_typed(confirm, alice, caplog):
    with pytest.raises(ValidationError):
        confirm("my-other-password")
    assert f"identity_refused user={alice.user.pk} " in caplog.text
    assert "my-other-password" not in caplog.text
