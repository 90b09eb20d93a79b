"""The statements on which exactness rests: each is one conditional UPDATE, or runs under the installation's lock."""

import socket
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Sum
from django.utils import timezone


class InstallationQuerySet(models.QuerySet):
    def identity(self) -> uuid.UUID:
        """This database's name; made by the migration, or here when `flush` has removed it."""
        return self.get_or_create(pk=self.model.ONLY)[0].identity

    def lock(self) -> None:
        """Lets one transaction at a time go on from here. SQLite's transactions take turns anyway."""
        self.identity()
        self.select_for_update().get(pk=self.model.ONLY)


class CounterSourceQuerySet(models.QuerySet):
    def record(self, source: uuid.UUID, counted: int) -> None:
        """Raises the source's count to `counted`. Doing so twice, or late, changes nothing."""
        behind = self.filter(pk=source, counted__lt=counted)
        if behind.update(counted=counted, updated_at=timezone.now()):
            return
        self.bulk_create([self.model(id=source, host=socket.gethostname()[:255])], ignore_conflicts=True)
        behind.update(counted=counted, updated_at=timezone.now())

    def reported(self, source: uuid.UUID) -> int:
        """What the source has reported so far."""
        return self.filter(pk=source).counted()

    def counted(self) -> int:
        return self.aggregate(counted=Sum("counted", default=0))["counted"]


class CountPeriodQuerySet(models.QuerySet):
    def current(self) -> Any:
        """The period that runs now (unsaved where none was ever begun)."""
        return self.order_by("id").last() or self.model()

    def ended(self) -> "CountPeriodQuerySet":
        """The log of resets."""
        return self.filter(ended_at__isnull=False)


class ThrottleWindowQuerySet(models.QuerySet):
    def take(self, key: str, limit: int, duration: timedelta) -> timedelta | None:
        """Takes one of the `limit` that `key` has in a window; None if there was one, else how long to wait.

        A window opens with the first use and lasts for `duration`. Each step is one conditional statement, so the
        processes and hosts that compete for the last one cannot both get it.
        """
        now = timezone.now()
        if self._take_existing(key, limit, duration, now):
            return None
        if not self.filter(key=key).exists():
            self.bulk_create([self.model(key=key, expires_at=now + duration)], ignore_conflicts=True)
            if self._use(key, limit, now):
                return None
        expires_at = self.filter(key=key).values_list("expires_at", flat=True).first() or now
        return min(max(expires_at - now, timedelta(seconds=1)), duration)

    def _take_existing(self, key: str, limit: int, duration: timedelta, now: datetime) -> bool:
        expired = self.filter(key=key, expires_at__lte=now)
        is_taken = self._use(key, limit, now) or expired.update(count=1, expires_at=now + duration)
        # Once more, in case somebody else has just reopened the expired window.
        return bool(is_taken or self._use(key, limit, now))

    def _use(self, key: str, limit: int, now: datetime) -> int:
        return self.filter(key=key, expires_at__gt=now, count__lt=limit).update(count=F("count") + 1)

    def delete_expired(self) -> int:
        return self.filter(expires_at__lt=timezone.now()).delete()[0]
