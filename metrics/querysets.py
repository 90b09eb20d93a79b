"""The statements that keep counts exact: one conditional UPDATE each, or under the installation's lock."""

import socket
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Func, Sum, Value
from django.db.models.functions import Length
from django.utils import timezone
from orjson import dumps

if TYPE_CHECKING:
    from metrics.models import (
        Backup,
        CounterSource,
        CountPeriod,
        Heartbeat,
        Installation,
        KeptAnswer,
        ThrottleWindow,
    )

KEPT_FOR = timedelta(hours=24)
ALIVE_FOR = timedelta(minutes=1)  # after a sign of life
FORGOTTEN_AFTER = timedelta(days=1)  # is a host that has gone
MAX_KEPT = 1000  # answers of one caller, the latest
MAX_KEPT_BYTES = 20_000_000  # of the bodies of one caller's
MAX_KEPT_OF_NOBODY = 5000  # answers of all callers without an account: there is no end of networks
MAX_FAILURES = 20  # of backups, the latest


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
            self.filter(caller=kept.caller).forget_oldest(MAX_KEPT)
        if is_new and kept.user_id is None:
            self.filter(user=None).forget_oldest(MAX_KEPT_OF_NOBODY)
        return kept, is_new

    def keep(self, kept: "KeptAnswer") -> None:
        """Writes the answer of a claimed key. The caller's oldest ones go where all are too many bytes.

        Not by save(), which would bring back what went with the account that was deleted.
        """
        self.filter(pk=kept.pk).update(status=kept.status, headers=kept.headers, body=kept.body)
        if len(kept.body) > MAX_KEPT_BYTES // MAX_KEPT:  # as many shorter ones are not too many
            self.filter(caller=kept.caller).forget_beyond(MAX_KEPT_BYTES)

    def forget_oldest(self, most: int) -> None:
        """Deletes those beyond the latest so many."""
        oldest = self.order_by("-id").values_list("id", flat=True)[most : most + 1].first()
        if oldest is not None:
            self.filter(id__lte=oldest).delete()

    def forget_beyond(self, most_bytes: int) -> None:
        """Deletes the oldest, beginning with the one in which the bodies reach more than so many bytes."""
        total = 0
        for pk, length in self.order_by("-id").values_list("id", Length("body")):
            total += length
            if total > most_bytes:
                self.filter(id__lte=pk).delete()
                return

    def naming(self, username: str) -> Self:
        """Those whose body has the name as a JSON text. All that is kept is looked at: it is that of a day."""
        text = Value(dumps(username), output_field=models.BinaryField())
        return self.annotate(place=PlaceOf(F("body"), text)).filter(place__gt=0)

    def delete_expired(self) -> int:
        """Deletes what is kept for longer than KEPT_FOR, and returns how many there were."""
        return self.filter(created_at__lte=timezone.now() - KEPT_FOR).delete()[0]


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    def beat(self, name: str) -> None:
        """Writes down that the process of this host is alive."""
        now = timezone.now()
        own = {"name": name, "host": socket.gethostname()[:255]}
        if not self.filter(**own).update(seen_at=now):
            self.filter(seen_at__lt=now - FORGOTTEN_AFTER).delete()
            self.bulk_create([self.model(**own, seen_at=now)], ignore_conflicts=True)

    def alive(self, name: str) -> Self:
        """Those of that name, on any host, that were seen within ALIVE_FOR."""
        return self.filter(name=name, seen_at__gt=timezone.now() - ALIVE_FOR)


class BackupQuerySet(models.QuerySet["Backup"]):
    def in_state(self, *states: str) -> Self:
        return self.filter(state__in=states)

    def kept(self) -> Self:
        """Those whose files are there, the latest first."""
        return self.filter(state="kept").order_by("-taken_at", "-id")

    def ask(self, *, by: Any) -> bool:
        """Asks for one; False where one is asked for already, and nobody has begun it."""
        row = self.model(state="asked", asked_by=by)
        self.bulk_create([row], ignore_conflicts=True)
        return self.filter(state="asked", asked_by=by, asked_at=row.asked_at).exists()

    def claim(self, **about: Any) -> "Backup | None":
        """The one that is asked for, which is being made from now on; None where another host has taken it."""
        asked = self.filter(state="asked").first()
        if asked is None or not self.filter(pk=asked.pk, state="asked").update(state="running", **about):
            return None
        return self.get(pk=asked.pk)

    def forget_oldest_failures(self) -> None:
        """Deletes those beyond the latest MAX_FAILURES."""
        failed = self.filter(state="failed").order_by("-id").values_list("id", flat=True)
        oldest = failed[MAX_FAILURES : MAX_FAILURES + 1].first()
        if oldest is not None:
            self.filter(state="failed", id__lte=oldest).delete()
