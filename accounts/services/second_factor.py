"""Turning the second factor of an account on and off. Its codes are looked at in accounts.services.otp."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from accounts import codes, events, notices
from accounts.exceptions import NoSecondFactor, SecondFactorIsOn
from accounts.models import Credential, PersonalToken, RecoveryCode, SecondFactor, Session, User
from accounts.services.otp import is_on, is_right
from accounts.services.rows import lock

RECOVERY_CODES = 10


@dataclass(frozen=True)
class State:
    """An account's second factor, as its owner sees it."""

    is_on: bool
    turned_on_at: datetime | None
    recovery_codes_left: int
    is_required: bool


@dataclass(frozen=True)
class Setup:
    """What an app is given. `qr` is SVG, and says the same as `uri`."""

    secret: str
    uri: str
    qr: str


def state_of(user: User, *, is_staff: bool) -> State:
    """`is_staff` is whether the account is of the staff, which the user of a request need not say."""
    factor = SecondFactor.objects.turned_on().filter(pk=user.pk).first()
    return State(
        is_on=factor is not None,
        turned_on_at=factor.turned_on_at if factor else None,
        recovery_codes_left=RecoveryCode.objects.filter(user=user).count(),
        is_required=is_staff and settings.REQUIRE_SECOND_FACTOR_FOR_STAFF,
    )


@transaction.atomic
def begin(*, user: User) -> Setup:
    """A new secret for the user's app, which counts once turn_on() has seen a code of it.

    Raises SecondFactorIsOn (409): it is turned off first, which takes a code.
    """
    lock(user)
    if is_on(user):
        raise SecondFactorIsOn
    factor, _ = SecondFactor.objects.update_or_create(pk=user.pk, defaults={"salt": codes.new_salt(), "last_step": 0})
    return setup_of(factor, user)


def pending(*, user: User) -> Setup:
    """What begin() has given and nobody has confirmed yet; a new one where there is none."""
    factor = SecondFactor.objects.filter(pk=user.pk, turned_on_at=None).first()
    return setup_of(factor, user) if factor else begin(user=user)


def setup_of(factor: SecondFactor, user: User) -> Setup:
    uri = codes.uri_of(factor.salt, user.username)
    return Setup(secret=codes.secret_of(factor.salt), uri=uri, qr=codes.qr_of(uri))


def turn_on(*, request: HttpRequest, user: User, code: str, login: Session | None = None) -> list[str]:
    """Turns on what begin() began; the recovery codes, which are nowhere else.

    `login` counts as opened with the second factor from now on. Raises ValidationError on `code`, Throttled where
    too many have been wrong, NoSecondFactor where nothing has begun, and SecondFactorIsOn.
    """
    factor = SecondFactor.objects.filter(pk=user.pk).first()
    if factor is None:
        raise NoSecondFactor("Begin first, so that there is an app to confirm.")
    if factor.turned_on_at:
        raise SecondFactorIsOn
    require_code(user, code, of_app_only=True)
    with transaction.atomic():
        begun = SecondFactor.objects.filter(pk=user.pk, salt=factor.salt, turned_on_at=None)
        if not begun.update(turned_on_at=timezone.now()):
            raise SecondFactorIsOn
        if login:
            Session.objects.filter(pk=login.pk).update(second_factor=True)
        recovery_codes = renew_recovery_codes(user)
        notices.tell(user, "The second factor is on", notices.FACTOR_ON)
    events.record("second_factor_on", user=user, request=request)
    return recovery_codes


def turn_off(*, request: HttpRequest, user: User, code: str) -> None:
    """Raises ValidationError on `code`, Throttled where too many have been wrong, and NoSecondFactor."""
    require_on(user)
    require_code(user, code)
    remove(user, by=user, request=request)


def take_off_second_factor(*, request: HttpRequest, user: User, by: User) -> None:
    """Staff takes it off an account whose owner has lost app and recovery codes."""
    if SecondFactor.objects.filter(pk=user.pk).exists():
        remove(user, by=by, request=request)


@transaction.atomic
def remove(user: User, *, by: User, request: HttpRequest) -> None:
    SecondFactor.objects.filter(pk=user.pk).delete()
    RecoveryCode.objects.filter(user=user).delete()
    Session.objects.filter(user=user).update(second_factor=False)
    PersonalToken.objects.filter(user=user).update(second_factor=False)
    notices.tell(user, "The second factor is off", notices.FACTOR_OFF)
    events.record("second_factor_off", user=user, request=request, by=by.pk)


def new_recovery_codes(*, request: HttpRequest, user: User, code: str) -> list[str]:
    """Ten new ones; the old ones are dead. Raises what turn_off() raises."""
    require_on(user)
    require_code(user, code)
    with transaction.atomic():
        lock(user)
        recovery_codes = renew_recovery_codes(user)
        notices.tell(user, "New recovery codes were made", notices.NEW_RECOVERY_CODES)
    events.record("recovery_codes_made", user=user, request=request)
    return recovery_codes


def renew_recovery_codes(user: User) -> list[str]:
    made = [codes.new_recovery_code() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(user=user, digest=Credential.digest(codes.as_typed(code))) for code in made]
    )
    return made


def require_on(user: User) -> None:
    if not is_on(user):
        raise NoSecondFactor


def require_code(user: User, code: str, *, of_app_only: bool = False) -> None:
    if not is_right(user, code, of_app_only=of_app_only):
        raise ValidationError({"code": ["Is no code that counts now."]}, code="wrong_code")
