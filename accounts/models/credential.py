"""What every credential has in common: what it is, and how long it is one."""

import hashlib
import secrets
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models.user import User


class Credential(models.Model):
    """One row, which says whether what a client sends is still accepted.

    `password_digest` ties it to the password that the account had: whichever way that is changed, the credential is
    over. `second_factor` says whether it was made with a code beside the password. Staff's rights may depend on it.
    """

    user: "models.ForeignKey[User, User]"

    password_digest = models.CharField(max_length=64)
    second_factor = models.BooleanField(default=False, db_default=False)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        abstract = True

    @staticmethod
    def digest(secret: str) -> str:
        """The SHA-256 of a token or of a stored password hash: 64 hexadecimal digits."""
        return hashlib.sha256(secret.encode()).hexdigest()

    @property
    def is_alive(self) -> bool:
        """Whether it is still accepted: not expired, user active, password unchanged."""
        return (
            self.expires_at > timezone.now()
            and self.user.is_active
            and secrets.compare_digest(self.password_digest, self.digest(self.user.password))
        )
