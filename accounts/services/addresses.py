"""The e-mail address of an account: how it changes, and how its owner confirms it."""

from django.db import transaction
from django.http import HttpRequest
from rest_framework.exceptions import ValidationError

from accounts import events
from accounts.models import MailedKey, Purpose, Session, User
from accounts.outbox import letters, queue, texts
from accounts.services.rows import lock, save_user

INVALID_KEY = "Is wrong, used up or expired: ask for a new mail."
TOO_MUCH_MAIL = "No mail can be sent to this address for now: it has had too many."
NOTHING_TO_CONFIRM = "There is no address to confirm."


def pending_address(user: User) -> str | None:
    """The address that takes the place of the confirmed one as soon as it is confirmed itself."""
    if not user.email_confirmed:
        return None
    changes = MailedKey.objects.alive().filter(user=user, purpose=Purpose.CHANGE)
    return changes.values_list("address", flat=True).first()


def change_address(user: User, address: str) -> None:
    """Gives the account this address, at once or when it is confirmed. The account is locked; the caller saves it.

    Only a confirmed address stays until the new one is confirmed, and only such an owner is told: any other may be
    somebody else's. Asking for the address that the account has withdraws the change.
    """
    if address == user.email:
        letters.cancel(user, Purpose.CHANGE)
    elif user.email_confirmed and address:
        require_key(user, Purpose.CHANGE, address)
        letters.tell(user=user, address=user.email, text=texts.CHANGE_ASKED)
    else:
        replace_address(user, address, is_confirmed=False)


def replace_address(user: User, address: str, *, is_confirmed: bool) -> None:
    """Sets the address now. Keys to the old one are worth nothing any more. The caller saves the account."""
    old, was_confirmed = user.email, user.email_confirmed
    user.email, user.email_confirmed = address, is_confirmed
    letters.cancel(user, *Purpose)
    if old:
        queue.readdress(user, old=old, is_confirmed=is_confirmed)
    if was_confirmed:
        letters.tell(user=user, address=old, text=texts.CHANGE_DONE)
    if address and not is_confirmed:
        letters.send_key(user=user, purpose=Purpose.CONFIRM, address=address)


def require_key(user: User, purpose: Purpose, address: str) -> None:
    """Has a key sent. Raises ValidationError where the address has had its share of mail."""
    if not letters.send_key(user=user, purpose=purpose, address=address):
        raise ValidationError({"email": [TOO_MUCH_MAIL]}, code="too_much_mail")


@transaction.atomic
def ask_confirmation(*, user: User) -> str:
    """Has the mail that confirms an address sent again, and returns the address. Raises ValidationError for none."""
    account = lock(user)
    if pending := pending_address(account):
        require_key(account, Purpose.CHANGE, pending)
        return pending
    if not account.email or account.email_confirmed:
        raise ValidationError({"email": [NOTHING_TO_CONFIRM]}, code="nothing_to_confirm")
    require_key(account, Purpose.CONFIRM, account.email)
    return account.email


def key_to_confirm(key: str) -> MailedKey | None:
    """The row of a key that confirms an address, if the key is good."""
    return good_key(key, Purpose.CONFIRM, Purpose.CHANGE)


def good_key(key: str, *purposes: Purpose) -> MailedKey | None:
    """The row of a key for one of these purposes, with its user; None where the key is not good."""
    rows = MailedKey.objects.select_related("user").holding(Session.digest(key))
    row = rows.filter(purpose__in=purposes).first()
    return row if row and row.is_current else None


@transaction.atomic
def confirm_address(*, request: HttpRequest, key: str) -> User:
    """Confirms the address that the key was sent to, and uses the key up.

    Raises ValidationError on `key` for one that is not good, and on `email` where somebody else has taken the address
    meanwhile; then the key stays as it is.
    """
    row = key_to_confirm(key)
    if row is None:
        raise ValidationError({"key": [INVALID_KEY]}, code="invalid_key")
    user = lock(row.user)
    use_up(key)
    if row.purpose == Purpose.CHANGE:
        replace_address(user, row.address, is_confirmed=True)
        refuse_taken_address(user)
        save_user(user, ["email", "email_key", "email_confirmed"])
        events.record("address_changed", user=user, request=request)
    else:
        user.email_confirmed = True
        user.save(update_fields=["email_confirmed"])
    events.record("address_confirmed", user=user, request=request)
    return user


def use_up(key: str) -> None:
    """Uses a key up, in the transaction of what it is used for. Raises ValidationError where somebody just did."""
    if not MailedKey.objects.use_up(Session.digest(key)):
        raise ValidationError({"key": [INVALID_KEY]}, code="invalid_key")


def refuse_taken_address(user: User) -> None:
    if taken := User.objects.taken(email=user.email, but=user):
        raise ValidationError({field: [message] for field, message in taken.items()}, code="unique")
