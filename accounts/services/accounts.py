"""Making, changing and ending an account."""

from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from rest_framework.exceptions import ValidationError

from accounts.models import PersonalToken, Session, User
from accounts.services.logins import Credentials, open_session
from accounts.services.traces import forget_traces
from accounts.signals import account_deleting
from rest.exceptions import TokenNotValid

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
        return open_session(user=user, request=request)


def save_user(user: User, columns: list[str] | None = None) -> None:
    """Saves, and phrases the database's refusal of a taken name or address as that field's error."""
    try:
        with transaction.atomic():
            user.save(update_fields=columns)
    except IntegrityError as error:
        taken = User.objects.taken(username=user.username, email=user.email, but=user if user.pk else None)
        if not taken:
            raise
        messages = {field: [message] for field, message in taken.items()}
        raise ValidationError(messages, code="unique") from error


def create_first_admin(*, password: str) -> User | None:
    """The account FIRST_ADMIN, which has all rights; None where somebody has that name already."""
    user = User(username=FIRST_ADMIN, is_staff=True, is_superuser=True)
    user.set_password(password)
    try:
        save_user(user)
    except ValidationError:
        return None
    return user


def change_password(*, user: User, password: str | None) -> None:
    """Sets a new password, or with None takes it away, and ends every login and every token of the user."""
    user.set_password(password)  # before anything is locked: it takes long
    with transaction.atomic():
        lock(user)
        user.save(update_fields=["password"])
        Session.objects.filter(user=user).delete()
        PersonalToken.objects.filter(user=user).delete()


def delete_account(*, user: User) -> None:
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


@transaction.atomic
def delete_account_at_once(*, user: User) -> None:
    account_deleting.send(sender=User, user=user)
    forget_traces(user)
    User.objects.filter(pk=user.pk).delete()


@transaction.atomic
def update_profile(*, user: User, **changes: str) -> None:
    """Changes username or e-mail address; a new address has yet to be confirmed.

    Only these columns are written: the password or rights may have been changed since `user` was read.
    """
    lock(user)
    if changes.get("email", user.email) != user.email:
        user.email_confirmed = False
    for field, value in changes.items():
        setattr(user, field, value)
    save_user(user, [column for field in changes for column in PROFILE_COLUMNS[field]])


@transaction.atomic
def change_account(*, user: User, fields: Collection[str]) -> None:
    """Writes these fields of `user`, as staff has set them. A new e-mail address is unconfirmed unless they say so."""
    lock(user)
    if "email" in fields and "email_confirmed" not in fields:
        user.email_confirmed = False
    if fields:
        user.save(update_fields=[column for field in fields for column in PROFILE_COLUMNS.get(field, [field])])


def lock(user: User) -> None:
    """Locks the account's row until the transaction ends. Raises TokenNotValid when it has just been deleted."""
    if not User.objects.select_for_update().filter(pk=user.pk).exists():
        raise TokenNotValid("The account was deleted meanwhile.")
