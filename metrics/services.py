"""The number of requests, and starting it anew."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import AbstractBaseUser
from django.db import DatabaseError, transaction
from django.utils import timezone
from rest_framework import status
from rest_framework.exceptions import APIException

from metrics import problems
from metrics.counter import counter
from metrics.models import CounterSource, CountPeriod, Installation, KeptAnswer, ThrottleWindow
from metrics.slots import DamagedFile


class CounterUnavailable(APIException):
    """Any number given now would be wrong; requests go on being counted all the same."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The request counter is unavailable."
    default_code = problems.COUNTER_UNAVAILABLE
    wait = 5  # seconds, for `Retry-After`


@contextmanager
def unavailable_on_failure() -> Iterator[None]:
    """Turns a failure of the database or of the counter's file into CounterUnavailable (503)."""
    try:
        yield
    except (DatabaseError, OSError, DamagedFile) as error:
        raise CounterUnavailable from error


def lifetime_requests() -> int:
    """How many requests were ever counted: of this host up to now, of other hosts up to a second ago."""
    source, live = counter.live()
    return CounterSource.objects.exclude(pk=source).total() + live


@unavailable_on_failure()
def requests_in_period() -> int:
    """How many requests were counted since the last reset. Raises CounterUnavailable."""
    base = CountPeriod.objects.current().base  # first: a reset in between could otherwise give less than nothing
    return lifetime_requests() - base


@unavailable_on_failure()
@transaction.atomic
def reset(*, by: AbstractBaseUser | None, address: str | None) -> CountPeriod:
    """Ends the current period and returns the next one, whose base includes the request that asked for it.

    This host's sum is written first, so that no host ever sees a lifetime below the base. Raises CounterUnavailable.
    """
    Installation.objects.lock()
    CounterSource.objects.record(*counter.live())
    base = CounterSource.objects.total()
    ended = CountPeriod.objects.current()
    ended.ended_at, ended.total = timezone.now(), base - ended.base
    ended.reset_by_id, ended.reset_from = by.pk if by else None, address
    ended.save()
    return CountPeriod.objects.create(started_at=ended.ended_at, base=base)


def forget_user(*, user_id: int, username: str) -> None:
    """Removes what limits, the log of resets and answers kept for others say about a user whose account goes.

    Its own kept answers go with its row. An answer to somebody else names it, where staff has changed what it added.
    """
    CountPeriod.objects.filter(reset_by_id=user_id).update(reset_by=None, reset_from=None)
    ThrottleWindow.objects.of_user(user_id).delete()
    KeptAnswer.objects.naming(username).delete()
