"""Requests counted so far, the resets of that count, limits, answers kept for retries, signs of life, and backups."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from metrics.querysets import (
    BackupQuerySet,
    CounterSourceQuerySet,
    CountPeriodQuerySet,
    HeartbeatQuerySet,
    InstallationQuerySet,
    KeptAnswerQuerySet,
    ThrottleWindowQuerySet,
)


class Installation(models.Model):
    """This database's random name, in one row. Counter files bear it, so that no other database inherits them."""

    ONLY = 1  # the primary key of the one row

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    identity = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = InstallationQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="installation_is_one_row")]

    def __str__(self) -> str:
        return str(self.identity)


class CounterSource(models.Model):
    """One counter file of one host, and how many requests it has reported so far."""

    id = models.UUIDField(primary_key=True)
    host = models.CharField(max_length=255)
    counted = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = CounterSourceQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at"]

    def __str__(self) -> str:
        return f"{self.host}: {self.counted} requests"


class CountPeriod(models.Model):
    """The time from one reset to the next; the newest row is the current one. The ended ones are the log of resets."""

    started_at = models.DateTimeField(default=timezone.now)
    base = models.PositiveBigIntegerField(default=0, help_text="Requests ever counted when this period began.")
    ended_at = models.DateTimeField(null=True, blank=True)
    total = models.PositiveBigIntegerField(null=True, blank=True, help_text="Requests of this period, once it ended.")
    reset_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reset_from = models.GenericIPAddressField(null=True, blank=True, help_text="Where the reset came from.")

    objects = CountPeriodQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"period {self.pk}"


class ThrottleWindow(models.Model):
    """How often one caller has done one thing since the caller's window opened."""

    key = models.CharField(max_length=120, unique=True)
    count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    objects = ThrottleWindowQuerySet.as_manager()

    class Meta:
        ordering = ["-expires_at"]

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"


class KeptAnswer(models.Model):
    """What was answered to a request with an `Idempotency-Key`, so that a retry is answered alike and does nothing.

    Neither the key nor the request is kept, but their digests. Where the caller is a user, it goes with the account.
    """

    key_digest = models.CharField(max_length=64, unique=True)  # of the caller and the key
    request_digest = models.CharField(max_length=64)
    caller = models.CharField(max_length=120)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = KeptAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["caller", "id"], name="kept_answer_of_caller")]

    def __str__(self) -> str:
        return f"{self.status} to {self.caller}"


class Heartbeat(models.Model):
    """When one process of a host last said that it does its work."""

    name = models.CharField(max_length=30)  # "mail", "web"
    host = models.CharField(max_length=255)
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = HeartbeatQuerySet.as_manager()

    class Meta:
        ordering = ["name", "host"]
        constraints = [models.UniqueConstraint(fields=["name", "host"], name="one_heartbeat_of_each")]

    def __str__(self) -> str:
        return f"{self.name} on {self.host}"


class Backup(models.Model):
    """A backup that was asked for, is being made, is kept in a folder, or failed.

    The server and what makes backups may be on different hosts, so this is how they tell each other. Whether a file is
    a whole backup is said by the file alone, and never by its row.
    """

    class State(models.TextChoices):
        ASKED = "asked", "asked for"
        RUNNING = "running", "being made"
        KEPT = "kept", "kept"
        FAILED = "failed", "failed"

    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    host = models.CharField(max_length=255, blank=True)
    place = models.UUIDField(null=True, help_text="Which folder of backups: two hosts may call theirs alike.")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True, help_text="The moment that the backup holds.")
    path = models.TextField(blank=True)
    bytes = models.PositiveBigIntegerField(default=0)
    counts = models.JSONField(default=dict, help_text="Rows of each table.")
    problem = models.TextField(blank=True)

    objects = BackupQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=models.Q(state="asked"), name="one_backup_is_asked_for")
        ]

    def __str__(self) -> str:
        return f"backup {self.pk}: {self.get_state_display()}"
