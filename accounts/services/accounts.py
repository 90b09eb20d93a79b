"""Making, changing and ending an account."""

from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from rest_framework.exceptions import ValidationError

from accounts import events
from accounts.models import PersonalToken, Purpose, Session, User
from accounts.outbox import letters
from accounts.services.addresses import change_address, replace_address
from accounts.services.logins import Credentials, open_session
from accounts.services.rows import lock, save_user
from accounts.services.traces import forget_traces
from accounts.signals import account_deleting

DELETION_ATTEMPTS = 10
FIRST_ADMIN = "admin"
PROFILE_COLUMNS = {
    "username": ["username", "username_key", "skeleton", "shown_skeleton"],
    "email": ["email", "email_key", "email_confirmed"],
}


def register(*, username: str, password: str, email: str = "", request: HttpRequest | None = None) -> Credentials:
    """Creates an account and its first login. Raises ValidationError for a name or address that is taken."""
    user = User(username=username, email=email)
    user.set_password(password)
    with transaction.atomic():
        save_user(user)
        if email:
            letters.send_key(user=user, purpose=Purpose.CONFIRM, address=email)
        return open_session(user=user, request=request)


def first_admin() -> User:
    """The account FIRST_ADMIN, which has all rights, before it is created."""
    return User(username=FIRST_ADMIN, is_staff=True, is_superuser=True)


def create_first_admin(*, password: str) -> User | None:
    """Creates it; None where somebody has that name already."""
    user = first_admin()
    user.set_password(password)
    try:
        save_user(user)
    except ValidationError:
        return None
    return user


def change_password(*, user: User, password: str | None, request: HttpRequest | None = None) -> None:
    """Sets a new password, or with None takes it away, and ends every login and every token of the user."""
    user.set_password(password)  # before anything is locked: it takes long
    with transaction.atomic():
        lock(user)
        keep_password(user)
    events.record("password_changed", user=user, request=request, how="set" if password else "taken_away")


def keep_password(user: User) -> None:
    """Writes the password of an account that is locked, and ends what could have been begun with the one before.

    That is every login and token, and a change of address that is not confirmed yet: the new address may be a thief's.
    """
    user.save(update_fields=["password"])
    Session.objects.filter(user=user).delete()
    PersonalToken.objects.filter(user=user).delete()
    letters.cancel(user, Purpose.RESET, Purpose.CHANGE)


def delete_account(*, user: User, request: HttpRequest | None = None) -> None:
    """Removes the account and its personal data; the movies it added stay in the catalogue, without a name.

    Feedback that arrives meanwhile on another connection protects the account: then everything is done once more.
    """
    for attempts_left in reversed(range(DELETION_ATTEMPTS)):
        try:
            delete_account_at_once(user=user)
            break
        except IntegrityError:
            if not attempts_left:
                raise
    events.record("account_deleted", user=user, request=request)


@transaction.atomic
def delete_account_at_once(*, user: User) -> None:
    account_deleting.send(sender=User, user=user)
    forget_traces(user)
    User.objects.filter(pk=user.pk).delete()


@transaction.atomic
def update_profile(*, user: User, request: HttpRequest | None = None, **changes: str) -> None:
    """Changes username or e-mail address, the latter as change_address() does it, and brings `user` up to date.

    Only these columns are written: the password or rights may have been changed since `user` was read.
    """
    account = lock(user)
    before = account.email
    if "email" in changes:
        change_address(account, changes["email"])
    account.username = changes.get("username", account.username)
    save_user(account, [column for field in changes for column in PROFILE_COLUMNS[field]])
    if account.email != before:
        events.record("address_changed", user=account, request=request)
    for field in ("username", "email", "email_confirmed"):
        setattr(user, field, getattr(account, field))


@transaction.atomic
def change_account(*, user: User, fields: Collection[str]) -> None:
    """Writes these fields of `user`, as staff has set them. A new e-mail address is unconfirmed unless they say so."""
    before = lock(user)
    if "email" in fields:
        is_confirmed = user.email_confirmed if "email_confirmed" in fields else False
        replace_address(before, user.email, is_confirmed=is_confirmed)
        user.email_confirmed = is_confirmed
    if fields:
        user.save(update_fields=[column for field in fields for column in PROFILE_COLUMNS.get(field, [field])])
