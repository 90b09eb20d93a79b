"""A forgotten password: asking for a key by mail, and setting a new password with it.

What is asked is written down for the mail worker, whoever has the address. So neither the answer nor its time tells
whether there is such an account.
"""

from django.db import transaction
from django.http import HttpRequest
from rest_framework.exceptions import ValidationError

from accounts import events
from accounts.models import Purpose, ResetRequest, User
from accounts.outbox import letters
from accounts.services import attempts
from accounts.services.accounts import keep_password
from accounts.services.addresses import INVALID_KEY, good_key, use_up
from accounts.services.rows import lock
from metrics.throttling import require_for
from rest.database.text import fold_case

ANSWERED_AT_ONCE = 100


def ask_reset(*, request: HttpRequest, email: str) -> None:
    """Has the owner of this address sent a key, if there is an account with it.

    Raises Throttled (429) where too many have been asked for lately for the address: each key ends the one before, and
    nobody shall keep the owner from using it.
    """
    address_key = fold_case(email)
    require_for("mail", request, attempts.digest("mail", address_key))
    ResetRequest.objects.bulk_create([ResetRequest(address_key=address_key)], ignore_conflicts=True)
    events.record("password_reset_asked", request=request, name=attempts.digest("name", address_key)[:16])


def answer_reset_requests() -> int:
    """Puts the mails that have been asked for into the outbox, as the mail worker does; how many these are."""
    asked = list(ResetRequest.objects.order_by("pk").values_list("pk", "address_key")[:ANSWERED_AT_ONCE])
    return sum(answer(pk, address_key) for pk, address_key in asked)


@transaction.atomic
def answer(pk: int, address_key: str) -> bool:
    """Answers one request, unless another worker has. Who has no password to forget gets no mail."""
    if not ResetRequest.objects.filter(pk=pk).delete()[0]:
        return False
    user = User.objects.select_for_update().filter(email_key=address_key, is_active=True).first()
    if user is None or not user.has_usable_password():
        return False
    letters.send_key(user=user, purpose=Purpose.RESET, address=user.email)
    return True


def owner_of_reset_key(key: str) -> User | None:
    """Whose password the key sets, if it is good."""
    row = good_key(key, Purpose.RESET)
    return row.user if row else None


def reset_password(*, request: HttpRequest, key: str, new_password: str) -> None:
    """Sets the password of the key's account, and ends its logins. The key has proved the address: it is confirmed.

    Raises ValidationError on `key` for one that is not good.
    """
    user = owner_of_reset_key(key)
    if user is None:
        raise ValidationError({"key": [INVALID_KEY]}, code="invalid_key")
    user.set_password(new_password)  # before anything is locked: it takes long
    with transaction.atomic():
        lock(user)
        use_up(key)
        keep_password(user)
        User.objects.filter(pk=user.pk).update(email_confirmed=True)
    attempts.forget(request, user)
    events.record("password_changed", user=user, request=request, how="reset")
