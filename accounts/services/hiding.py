"""Whether an account's comments are hidden. The catalogue's `moderation` says what follows from it."""

from functools import partial

from django.db import transaction
from django.http import HttpRequest
from rest_framework.exceptions import PermissionDenied

from accounts import events, roles
from accounts.models import User
from accounts.services.rows import lock
from rest.exceptions import TokenNotValid


@transaction.atomic(durable=True)  # the account is unlocked before any movie is locked: others lock the movie first
def set_comments_hidden(*, by: User, user: User, hidden: bool, request: HttpRequest | None = None) -> None:
    """Raises PermissionDenied where `by` may not block the account."""
    lock(user)
    if not (by.has_perm(roles.BLOCK_USER) and roles.may_manage(by, User.objects.get(pk=user.pk))):
        raise PermissionDenied("You may not hide these comments.")
    if User.objects.filter(pk=user.pk, comments_hidden=not hidden).update(comments_hidden=hidden):
        event = "comments_hidden" if hidden else "comments_shown"
        transaction.on_commit(partial(events.record, event, user=user, request=request, by=by.pk))


def comments_are_hidden(user: User) -> bool:
    """Nobody changes it until the transaction ends. Raises TokenNotValid when the account has just been deleted."""
    locked = User.objects.select_for_update(no_key=True).filter(pk=user.pk)
    is_hidden: bool | None = locked.values_list("comments_hidden", flat=True).first()
    if is_hidden is None:
        raise TokenNotValid("The account was deleted meanwhile.")
    return is_hidden
