"""The statements that keep counts exact: one conditional UPDATE each, or under the installation's lock."""

import socket
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Func, Sum, Value
from django.utils import timezone
from orjson import dumps

if TYPE_CHECKING:
    from metrics.models import CounterSource, CountPeriod, Installation, KeptAnswer, ThrottleWindow

KEPT_FOR = timedelta(hours=24)
MAX_KEPT = 1000  # answers of one caller, the latest


class InstallationQuerySet(models.QuerySet["Installation"]):
    def identity(self) -> uuid.UUID:
        """This database's random name. The migration makes it; where `flush` has removed it, it is made anew here."""
        return self.get_or_create(pk=self.model.ONLY)[0].identity

    def lock(self) -> None:
        """Locks the installation's row until the transaction ends. SQLite's transactions take turns anyway."""
        self.identity()
        self.select_for_update().get(pk=self.model.ONLY)


class CounterSourceQuerySet(models.QuerySet["CounterSource"]):
    def record(self, source: uuid.UUID, counted: int) -> None:
        """Raises the source's count to `counted`. Doing so twice, or late, changes nothing."""
        behind = self.filter(pk=source, counted__lt=counted)
        if behind.update(counted=counted, updated_at=timezone.now()):
            return
        self.bulk_create([self.model(id=source, host=socket.gethostname()[:255])], ignore_conflicts=True)
        behind.update(counted=counted, updated_at=timezone.now())

    def reported(self, source: uuid.UUID) -> int:
        """How many requests the source has reported so far; 0 for an unknown one."""
        return self.filter(pk=source).total()

    def total(self) -> int:
        """The sum of what these sources have reported."""
        total: int = self.aggregate(total=Sum("counted", default=0))["total"]
        return total


class CountPeriodQuerySet(models.QuerySet["CountPeriod"]):
    def current(self) -> "CountPeriod":
        """The running period; an unsaved one where none was ever begun."""
        return self.order_by("id").last() or self.model()

    def ended(self) -> Self:
        """The periods that a reset has ended."""
        return self.filter(ended_at__isnull=False)


class ThrottleWindowQuerySet(models.QuerySet["ThrottleWindow"]):
    def of_user(self, user_id: int) -> Self:
        """The windows in which one user's requests are counted, whatever they ask for."""
        return self.filter(key__endswith=f":user:{user_id}")

    def delete_expired(self) -> int:
        """Deletes the windows that are over, and returns how many there were."""
        return self.filter(expires_at__lt=timezone.now()).delete()[0]


class PlaceOf(Func):
    """Where in the first of two binary values the other one begins, from 1 on; 0 where it is not in it."""

    function = "INSTR"
    output_field = models.IntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        turned = self.copy()
        turned.set_source_expressions(self.get_source_expressions()[::-1])
        return turned.as_sql(compiler, connection, function="POSITION", arg_joiner=" IN ", **context)


class KeptAnswerQuerySet(models.QuerySet["KeptAnswer"]):
    def claim(self, key_digest: str, **about: Any) -> tuple["KeptAnswer", bool]:
        """The answer kept for a key, or a new one that is to be filled in this transaction; whether it is new.

        Whoever sends the same key meanwhile waits here until the transaction has ended.
        """
        self.filter(key_digest=key_digest, created_at__lte=timezone.now() - KEPT_FOR).delete()
        kept, is_new = self.get_or_create(key_digest=key_digest, defaults=about)
        if is_new:
            self.filter(caller=kept.caller).forget_oldest()
        return kept, is_new

    def forget_oldest(self) -> None:
        """Deletes those beyond the latest MAX_KEPT."""
        oldest = self.order_by("-id").values_list("id", flat=True)[MAX_KEPT : MAX_KEPT + 1].first()
        if oldest is not None:
            self.filter(id__lte=oldest).delete()

    def naming(self, username: str) -> Self:
        """Those whose body has the name as a JSON text. All that is kept is looked at: it is that of a day."""
        text = Value(dumps(username), output_field=models.BinaryField())
        return self.annotate(place=PlaceOf(F("body"), text)).filter(place__gt=0)

    def delete_expired(self) -> int:
        """Deletes what is kept for longer than KEPT_FOR, and returns how many there were."""
        return self.filter(created_at__lte=timezone.now() - KEPT_FOR).delete()[0]
