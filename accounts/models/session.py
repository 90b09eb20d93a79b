"""A login: one row, and the three credentials that live as long as it does."""

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models.credential import Credential
from accounts.querysets import SessionQuerySet


class Session(Credential):
    """One login: an opaque token, a refresh token and the access tokens made from it. All three die with the row.

    The token is kept as its SHA-256 only (it is 256 random bits, so a slow hash would add nothing). A refresh token
    with a generation below `refresh_generation`, the highest that has been used, is dead. `network` is where it was
    opened from, as `metrics.addresses.recognisable_network` tells it.
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions")
    token_digest = models.CharField(max_length=64, unique=True)
    refresh_generation = models.PositiveIntegerField(default=0)
    user_agent = models.CharField(max_length=200, blank=True)
    network = models.CharField(max_length=50, blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(default=timezone.now)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"login {self.pk} of {self.user}"

    @staticmethod
    def new_token() -> str:
        """A new opaque token: 64 hexadecimal digits."""
        return secrets.token_hex(32)
