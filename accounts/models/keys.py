"""Keys that go out by mail.

No row refers to users or mails by a constraint of the database: the release before this one deletes both without
knowing of these tables.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from post_office.models import Email

from accounts.models.user import MAX_EMAIL_KEY
from accounts.querysets import MailedKeyQuerySet


class Purpose(models.TextChoices):
    """What a key is good for."""

    CONFIRM = "confirm"  # the account's own address
    CHANGE = "change"  # a new address, which takes the place of the confirmed one
    RESET = "reset"  # the password


class MailedKey(models.Model):
    """A key that proves that an address is its account's: single use, and kept as its SHA-256 only.

    It is made when its mail is sent, so that it is in no table. Until then the row has no digest, or that of the key
    before, which is good until the next one goes out.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mailed_keys", db_constraint=False
    )
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    address = models.EmailField()
    mail = models.ForeignKey(Email, on_delete=models.SET_NULL, null=True, related_name="+", db_constraint=False)
    digest = models.CharField(max_length=64, null=True, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, db_index=True)

    objects = MailedKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "purpose"], name="one_mailed_key_for_each_purpose"),
            models.CheckConstraint(
                condition=Q(digest=None, expires_at=None) | Q(digest__isnull=False, expires_at__isnull=False),
                name="mailed_key_expires",
            ),
        ]

    def __str__(self) -> str:
        return f"key of {self.user} to {self.purpose}"

    @property
    def is_current(self) -> bool:
        """Whether the account still has the address, unless it is to get it."""
        return self.purpose == Purpose.CHANGE or self.address == self.user.email


class ResetRequest(models.Model):
    """Somebody has asked to reset the password of the account with this address, if there is one.

    The mail worker looks whether there is, so that the request takes no longer for one that there is.
    """

    address_key = models.CharField(max_length=MAX_EMAIL_KEY, unique=True)
    asked_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"asked at {self.asked_at:%Y-%m-%d %H:%M}"
