"""Failed logins, as what they mean for the next one. Whose they are is told by keyed digests only."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone


class Lapsing(models.Model):
    """What is so until a moment, and then means nothing any more."""

    digest = models.CharField(max_length=64, unique=True)
    until = models.DateTimeField(db_index=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True

    @classmethod
    def delete_lapsed(cls) -> int:
        """Deletes what means nothing any more, and returns how many rows that were."""
        return cls.objects.filter(until__lte=timezone.now()).delete()[0]


class LoginFailures(Lapsing):
    """How many logins to one account, or with one unknown name, have failed lately.

    They are kept as the moment by which the last of them is forgotten: services.attempts says how it moves.
    """

    def __str__(self) -> str:
        return f"failures remembered until {self.until:%Y-%m-%d %H:%M}"


class LoginPause(Lapsing):
    """Until when one network may not try to log in to one account, or with one unknown name."""

    def __str__(self) -> str:
        return f"paused until {self.until:%Y-%m-%d %H:%M:%S}"
