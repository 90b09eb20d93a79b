"""The second factor of an account: an app that shows codes (TOTP, RFC 6238), and the recovery codes in its place."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.querysets import SecondFactorQuerySet


class SecondFactor(models.Model):
    """One account's app. It counts from the moment when a first code has shown that it works (`turned_on_at`).

    The secret is not kept: it follows from `salt` and the server's key (accounts.codes). `last_step` is the time step
    of the latest code that was used, since each is good for one use. `failures` are the wrong codes since the last
    right one, and no code is looked at before `retry_at`.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="authenticator"
    )
    salt = models.CharField(max_length=64)
    turned_on_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(default=timezone.now)

    objects = SecondFactorQuerySet.as_manager()

    def __str__(self) -> str:
        return f"second factor of {self.user}"


class RecoveryCode(models.Model):
    """A code for whoever has lost the app, good for one use. Kept as its SHA-256 only: it is 80 random bits."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_of_user")]

    def __str__(self) -> str:
        return f"recovery code of {self.user}"
