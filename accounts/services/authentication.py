"""Who is there? The one way in for everybody who comes with a name and a password: the API, the admin, pages."""

from django.contrib.auth import authenticate
from django.http import HttpRequest

from accounts import events
from accounts.exceptions import InvalidCredentials
from accounts.hashing import hashing_gate
from accounts.models import User
from accounts.services import attempts
from accounts.services.otp import pass_second_factor
from metrics import throttling
from rest.exceptions import Busy


def authenticate_caller(*, request: HttpRequest, username: str, password: str, otp: str = "") -> User:
    """The account whose username or e-mail address and password these are.

    Raises InvalidCredentials (401) for an unknown name as for a wrong password, after the same work; Throttled (429)
    where the network has used up its logins or is in a pause, and Busy (503) where too many passwords are being
    hashed, both before this one is. With the right password SecondFactorRequired and SecondFactorInvalid (401), where
    the account wants a code as well. Not to be called in a transaction, which would hold its locks meanwhile.
    """
    throttling.require("login", request)
    hashing_gate().check()
    known = User.objects.identified_by(username)
    attempt = attempts.begin(request, username, known)
    try:
        user = authenticate(request, username=username, password=password)
    except Busy:
        attempt.give_up()
        raise
    if not isinstance(user, User):
        failed(request, attempt, known)
        raise InvalidCredentials
    attempt.succeed()  # the password is right; second factors count their own wrong codes
    pass_second_factor(request=request, user=user, otp=otp)
    events.record("login", user=user, request=request, door=request.path)
    return user


def failed(request: HttpRequest, attempt: attempts.Attempt, known: User | None) -> None:
    why = "unknown_name" if known is None else "wrong_password" if known.is_active else "inactive"
    name = attempt.name[:16]  # which tells attempts on one name from those on another, and not the name
    events.record("login_failed", user=known, request=request, door=request.path, why=why, name=name)
    if attempt.pause:
        seconds = int(attempt.pause.total_seconds())
        events.record("login_paused", user=known, request=request, name=name, seconds=seconds)
