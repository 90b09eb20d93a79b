"""The number of requests, and starting it anew."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import AbstractBaseUser
from django.db import DatabaseError, transaction
from django.utils import timezone
from rest_framework import status
from rest_framework.exceptions import APIException

from metrics.counter import counter
from metrics.models import CounterSource, CountPeriod, Installation
from metrics.slots import DamagedFile


class CounterUnavailable(APIException):
    """Any number given now would be wrong; requests go on being counted all the same."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The request counter is unavailable."
    default_code = "counter_unavailable"


@contextmanager
def unavailable_on_failure() -> Iterator[None]:
    try:
        yield
    except (DatabaseError, OSError, DamagedFile) as error:
        raise CounterUnavailable from error


def lifetime_requests() -> int:
    """Every request ever counted: of this host to the last one, of other hosts to the last second."""
    source, live = counter.live()
    return CounterSource.objects.exclude(pk=source).counted() + live


@unavailable_on_failure()
def requests_in_period() -> int:
    """The requests since the last reset."""
    base = CountPeriod.objects.current().base  # first: a reset in between could otherwise give less than nothing
    return lifetime_requests() - base


@unavailable_on_failure()
@transaction.atomic
def reset(*, by: AbstractBaseUser | None, address: str | None) -> CountPeriod:
    """Ends the current period and begins the next one, whose base includes the request that asked for it.

    This host's sum is written first, so that no host ever sees a lifetime below the base.
    """
    Installation.objects.lock()
    CounterSource.objects.record(*counter.live())
    base = CounterSource.objects.counted()
    ended = CountPeriod.objects.current()
    ended.ended_at, ended.total = timezone.now(), base - ended.base
    ended.reset_by, ended.reset_from = by, address
    ended.save()
    return CountPeriod.objects.create(started_at=ended.ended_at, base=base)
