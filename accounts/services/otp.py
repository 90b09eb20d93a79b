"""Second factors at the door: which accounts have one, and whether a code is right."""

from math import ceil

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.exceptions import Throttled

from accounts import codes, events
from accounts.exceptions import SecondFactorInvalid, SecondFactorRequired
from accounts.models import Credential, RecoveryCode, SecondFactor, User
from accounts.services.attempts import pause_after


def is_on(user: User) -> bool:
    return SecondFactor.objects.turned_on().filter(pk=user.pk).exists()


def pass_second_factor(*, request: HttpRequest, user: User, otp: str) -> None:
    """Lets those in whose account has none, and those whose code is right: `user.passed_second_factor` says so.

    Called once the password is known to be right. Raises SecondFactorRequired and SecondFactorInvalid (401), and
    Throttled (429) where too many codes have been wrong.
    """
    if not is_on(user):
        return
    if not otp:
        events.record("second_factor_asked", user=user, request=request, door=request.path)
        raise SecondFactorRequired
    if not is_right(user, otp):
        events.record("login_failed", user=user, request=request, door=request.path, why="wrong_code")
        raise SecondFactorInvalid
    user.passed_second_factor = True


def is_right(user: User, code: str, *, of_app_only: bool = False) -> bool:
    """Whether it is a code of the user's app or a recovery code that nobody has used; then it is used now.

    An attempt counts as a failure before the code is looked at, so that of many at once no more are let in than one
    after the other. Not to be called in a transaction, whose end could take the count back.
    """
    factor = SecondFactor.objects.get(pk=user.pk)
    count_attempt(factor)
    typed = codes.as_typed(code)
    if codes.is_of_app(typed):
        step = codes.matching_step(factor.salt, typed)
        right = step is not None and SecondFactor.objects.use_step(user.pk, step)
    else:
        digest = Credential.digest(typed)
        right = not of_app_only and bool(RecoveryCode.objects.filter(user=user, digest=digest).delete()[0])
    if right:
        SecondFactor.objects.forgive(user.pk)
    return right


def count_attempt(factor: SecondFactor) -> None:
    """Raises Throttled in the pause after wrong codes, and where two attempts come at once."""
    if not settings.THROTTLING:
        return
    left = ceil((factor.retry_at - timezone.now()).total_seconds())
    if left > 0:
        raise Throttled(left)
    if not SecondFactor.objects.begin_attempt(factor, pause_after(factor.failures + 1)):
        raise Throttled(1)
