"""Queries and single-statement updates of logins and personal access tokens."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from post_office.models import STATUS

if TYPE_CHECKING:
    from accounts.models import MailedKey, PersonalToken, SecondFactor, Session, User

# `last_used_at` says when within this span: a write on every request would cost more than the request.
LAST_USED_PRECISION = timedelta(hours=1)


class SessionQuerySet(models.QuerySet["Session"]):
    def with_user(self) -> Self:
        return self.select_related("user")

    def expired(self) -> Self:
        return self.filter(expires_at__lte=timezone.now())

    def use_refresh_token(self, *, session_id: int, generation: int) -> bool:
        """Records that the refresh token of that generation is used; False where a later one has been used already.

        One statement, so that simultaneous calls on any number of hosts are as good as one after the other.
        """
        usable = self.filter(pk=session_id, refresh_generation__lte=generation)
        return bool(usable.update(refresh_generation=generation, **self.times_of_use()))

    def of(self, user: "User | AnonymousUser") -> Self:
        """The logins of `user` that are alive."""
        if not user.is_authenticated:
            return self.none()
        digest = self.model.digest(user.password)
        return self.filter(user=user, password_digest=digest, expires_at__gt=timezone.now())

    def end_where_spent(self, *, session_id: int, generation: int) -> bool:
        """Ends the login if a later refresh token than that generation's has been used; whether it did.

        One statement, so that of simultaneous calls one ends it, and none ends a login whose token still works.
        """
        return bool(self.filter(pk=session_id, refresh_generation__gt=generation).delete()[0])

    def touch(self, session_id: int) -> None:
        """Records a use of the login and extends its life."""
        self.filter(pk=session_id).update(**self.times_of_use())

    @staticmethod
    def times_of_use() -> dict[str, datetime]:
        """The columns `last_used_at` and `expires_at` of a login that is used now."""
        now = timezone.now()
        return {"last_used_at": now, "expires_at": now + timedelta(days=settings.SESSION_DAYS)}


class PersonalTokenQuerySet(models.QuerySet["PersonalToken"]):
    def expired(self) -> Self:
        return self.filter(expires_at__lte=timezone.now())

    def touch(self, token_id: int) -> None:
        """Records a use of the token."""
        self.filter(pk=token_id).update(last_used_at=timezone.now())


class SecondFactorQuerySet(models.QuerySet["SecondFactor"]):
    def turned_on(self) -> Self:
        return self.filter(turned_on_at__isnull=False)

    def begin_attempt(self, factor: "SecondFactor", pause: timedelta) -> bool:
        """Counts an attempt on `factor`, after which there is a pause; False where somebody else's came meanwhile.

        One statement: of simultaneous attempts, each of which has read the same row, one is let in.
        """
        as_read = self.filter(pk=factor.pk, failures=factor.failures, retry_at=factor.retry_at)
        return bool(as_read.update(failures=factor.failures + 1, retry_at=timezone.now() + pause))

    def use_step(self, user_id: int, step: int) -> bool:
        """Records that the code of that time step is used; False where it, or a later one, has been used already."""
        return bool(self.filter(pk=user_id, last_step__lt=step).update(last_step=step))

    def forgive(self, user_id: int) -> None:
        """Forgets the wrong codes: a right one has come."""
        self.filter(pk=user_id).update(failures=0, retry_at=timezone.now())


class MailedKeyQuerySet(models.QuerySet["MailedKey"]):
    def alive(self) -> Self:
        """Those that are good, or will be once their mail has gone out."""
        return self.filter(models.Q(expires_at=None) | models.Q(expires_at__gt=timezone.now()))

    def holding(self, digest: str) -> Self:
        """The key with this digest, if it is good, of an account that may log in."""
        return self.filter(digest=digest, expires_at__gt=timezone.now(), user__is_active=True)

    def use_up(self, digest: str) -> bool:
        """Takes the key away; True for one alone of those who come with it at once. It is one statement."""
        return bool(self.filter(digest=digest, expires_at__gt=timezone.now()).delete()[0])

    def delete_expired(self) -> int:
        """Deletes what is good for nothing any more: expired keys, and those whose mail was deleted unsent.

        A mail that waits to be sent brings another key.
        """
        useless = models.Q(expires_at__lte=timezone.now()) | models.Q(expires_at=None, mail=None)
        waiting = models.Q(mail__status__in=(STATUS.queued, STATUS.requeued))
        return self.filter(useless).exclude(waiting).delete()[0]
