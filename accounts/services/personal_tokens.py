"""Making and ending personal access tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import events, notices
from accounts.exceptions import TooManyTokens
from accounts.models import PersonalToken, Session, User
from accounts.services.rows import lock

MOST_TOKENS = 50  # of one account


@dataclass(frozen=True)
class NewToken:
    """A token that has just been made. Its text is here and nowhere else."""

    row: PersonalToken
    token: str


@transaction.atomic
def make_token(
    *, request: HttpRequest, user: User, login: Session, name: str, scopes: Sequence[str], expires_in_days: int
) -> NewToken:
    """A new token of `user`, who is logged in with `login`, and a mail to its owner. Expired ones are removed.

    Raises TooManyTokens where the account has MOST_TOKENS. The account's row is locked, so that they are counted one
    at a time.
    """
    lock(user)
    PersonalToken.objects.filter(user=user).expired().delete()
    if PersonalToken.objects.filter(user=user).count() >= MOST_TOKENS:
        raise TooManyTokens
    text, now = PersonalToken.new_token(), timezone.now()
    row = PersonalToken.objects.create(
        user=user,
        name=name,
        token_digest=PersonalToken.digest(text),
        password_digest=PersonalToken.digest(user.password),
        second_factor=login.second_factor,
        scope=" ".join(scopes),
        created_at=now,
        expires_at=now + timedelta(days=expires_in_days),
    )
    notices.tell(user, "A personal access token was made", notices.TOKEN_MADE)
    events.record("token_made", user=user, request=request, token=row.pk, scopes=row.scopes)
    return NewToken(row, text)


def rename_token(*, token: PersonalToken, name: str) -> None:
    token.name = name
    PersonalToken.objects.filter(pk=token.pk).update(name=name)


def end_token(*, request: HttpRequest, token: PersonalToken) -> None:
    """From the next request on the token is refused."""
    PersonalToken.objects.filter(pk=token.pk).delete()
    events.record("token_ended", user=token.user, request=request, token=token.pk)
