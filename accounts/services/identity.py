"""Whether whoever holds a login is still the person who opened it."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from accounts import events
from accounts.models import Session, User

WRONG = "Is not your current password."
NEEDED = "Is required, because you logged in a while ago."


def confirm_identity(*, request: HttpRequest | Request, user: User, login: Any, password: str | None) -> None:
    """Passes with the account's password, and without one where `login` has just been opened with it.

    `login` is what the request was authenticated with. Only a Session is a login: a token of another kind may be old
    and lie about somewhere, so it needs the password each time. Raises ValidationError on `current_password`.
    """
    if password is None:
        if is_fresh(login):
            return
        raise ValidationError({"current_password": [NEEDED]}, code="required")
    if not user.check_password(password):
        events.record("identity_refused", user=user, request=plain(request))
        raise ValidationError({"current_password": [WRONG]}, code="wrong_password")


def is_fresh(login: Any) -> bool:
    """Whether it is a login that was opened less than REAUTHENTICATION_MINUTES ago."""
    span = timedelta(minutes=settings.REAUTHENTICATION_MINUTES)
    return isinstance(login, Session) and timezone.now() - login.created_at < span


def plain(request: HttpRequest | Request) -> HttpRequest:
    return request._request if isinstance(request, Request) else request
