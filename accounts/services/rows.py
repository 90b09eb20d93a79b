"""The account's row: locking and saving it."""

from django.db import IntegrityError, transaction
from rest_framework.exceptions import ValidationError

from accounts.models import User
from rest.exceptions import TokenNotValid


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


def lock(user: User) -> User:
    """Locks the account's row until the transaction ends, and returns what is in it now.

    Raises TokenNotValid when it has just been deleted.
    """
    locked = User.objects.select_for_update().filter(pk=user.pk).first()
    if locked is None:
        raise TokenNotValid("The account was deleted meanwhile.")
    return locked


def hold(user: User) -> None:
    """Keeps the account's row, and so what its owner changes about it, as it is until the transaction ends.

    Not as `lock()` does: rows that refer to the account may be added meanwhile, whose writers hold movies that a
    deletion of the account waits for.
    """
    User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
