"""Guessing passwords: each failure on a name makes the pause longer, for the networks that have failed on it.

The pause grows with all failures on the name, wherever they came from, and they are forgotten one by one. Only a
network that has itself failed has a pause. So however many guess, the owner who comes from elsewhere gets in at once.

A name is an account, by username or e-mail address alike, or else the text that was typed: an unknown name is treated
as an account is. An attempt counts as a failure before the password is hashed, and success takes that back: so of many
attempts at once no more are let in than of the same number one after the other.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from rest_framework.exceptions import Throttled

from accounts.models import LoginFailures, LoginPause, User
from metrics.addresses import client_network
from metrics.limits import Limit, limits_of
from rest.cleaning import Cleaning
from rest.database.text import fold_case

FREE_FAILURES = 4  # as people mistype; the next one makes the first pause, of a second
LONGEST_PAUSE = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(minutes=15)  # each failure, one after the other
MOST_REMEMBERED = 20  # failures on one name

cleaning = Cleaning(lambda: (LoginFailures.delete_lapsed(), LoginPause.delete_lapsed()))


@dataclass(frozen=True)
class Attempt:
    """A login that is being tried. `name` and `pair` are digests: of the name, and of the name with the network."""

    name: str
    pair: str
    started_at: datetime
    pause: timedelta  # before the next attempt, should this one fail

    def succeed(self) -> None:
        """The network may try the name again at once; what failed from elsewhere is still remembered."""
        self.take_back(LoginPause.objects.filter(digest=self.pair))

    def give_up(self) -> None:
        """Nobody has looked at the password, so that it was no attempt."""
        self.take_back(LoginPause.objects.filter(digest=self.pair, until=self.started_at + self.pause))

    def take_back(self, pauses: QuerySet[LoginPause]) -> None:
        if settings.THROTTLING:
            pauses.delete()
            LoginFailures.objects.filter(digest=self.name).update(until=F("until") - FORGOTTEN_AFTER)


def begin(request: HttpRequest, username: str, user: User | None) -> Attempt:
    """Counts an attempt to log in as `username`, who is `user` where there is such an account.

    Raises Throttled (429) in a pause. Not to be called in a transaction, whose end could take the count back.
    """
    name = digest_of_name(username, user)
    pair = digest("pair", f"{name} {client_network(request)}")
    now = timezone.now()
    if not settings.THROTTLING:
        return Attempt(name, pair, now, timedelta())
    cleaning.now_and_then()
    refuse_in_pause(request, pair)
    pause = counted(name, pair, now)
    if pause is None:
        refuse_in_pause(request, pair)
        raise Throttled(1)  # the pause has ended this moment
    return Attempt(name, pair, now, pause)


@transaction.atomic(durable=True)
def counted(name: str, pair: str, now: datetime) -> timedelta | None:
    """The pause that begins with this attempt; None where one has begun meanwhile. The name's row is locked."""
    failures, _ = LoginFailures.objects.select_for_update().get_or_create(digest=name, defaults={"until": now})
    if LoginPause.objects.filter(digest=pair, until__gt=now).exists():
        return None
    failures.until = min(max(failures.until, now), now + (MOST_REMEMBERED - 1) * FORGOTTEN_AFTER) + FORGOTTEN_AFTER
    failures.save(update_fields=["until"])
    pause = pause_after(ceil((failures.until - now) / FORGOTTEN_AFTER))
    if pause:
        LoginPause.objects.update_or_create(digest=pair, defaults={"until": now + pause})
    return pause


def pause_after(failures: int) -> timedelta:
    if failures <= FREE_FAILURES:
        return timedelta()
    return min(timedelta(seconds=2 ** (failures - FREE_FAILURES - 1)), LONGEST_PAUSE)


def refuse_in_pause(request: HttpRequest, pair: str) -> None:
    """Raises Throttled (429) until the pause is over. It reads only, so that refusals cost little."""
    until: datetime | None = LoginPause.objects.filter(digest=pair).values_list("until", flat=True).first()
    left = ceil((until - timezone.now()).total_seconds()) if until else 0
    if left > 0:
        limits_of(request)["login-pause"] = Limit("login-pause", 1, left, left=0, reset=left, is_refused=True)
        raise Throttled(left)


def forget(request: HttpRequest, user: User) -> None:
    """Lets the request's network try the account at once again: its owner is known by other means."""
    LoginPause.objects.filter(digest=digest("pair", f"{digest_of_name('', user)} {client_network(request)}")).delete()


def digest_of_name(username: str, user: User | None) -> str:
    return digest("name", f"user {user.pk}" if user else f"text {fold_case(username)}")


def digest(kind: str, value: str) -> str:
    return salted_hmac(f"accounts.attempts.{kind}", value, algorithm="sha256").hexdigest()
