"""A personal access token: what a script is given instead of a login."""

import secrets
from string import ascii_letters, digits
from zlib import crc32

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models.credential import Credential
from accounts.querysets import PersonalTokenQuerySet

PREFIX = "mrq_"  # so that scanners for secrets find it
RANDOM_SIGNS, CHECK_SIGNS = 36, 6  # 214 random bits, and the CRC-32 of them
SIGNS = digits + ascii_letters


class PersonalToken(Credential):
    """A named credential that may do what its scopes say, within the rights of its owner, until it expires.

    The token is kept as its SHA-256 only. `scope` has the scopes as OAuth writes them, with blanks between.
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="personal_tokens")
    name = models.CharField(max_length=100)
    token_digest = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = PersonalTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"

    @property
    def scopes(self) -> list[str]:
        return self.scope.split()

    @staticmethod
    def new_token() -> str:
        """A new token: PREFIX, random signs and their checksum."""
        random = "".join(secrets.choice(SIGNS) for _ in range(RANDOM_SIGNS))
        return f"{PREFIX}{random}{checksum(random)}"


def is_personal_token(text: str) -> bool:
    return text.startswith(PREFIX)


def is_well_typed(token: str) -> bool:
    """Whether a text that begins with PREFIX may be a token: whether its checksum is that of its other signs."""
    body = token.removeprefix(PREFIX)
    return len(body) == RANDOM_SIGNS + CHECK_SIGNS and checksum(body[:RANDOM_SIGNS]) == body[RANDOM_SIGNS:]


def checksum(text: str) -> str:
    """The CRC-32 of `text` in CHECK_SIGNS of SIGNS."""
    number, signs = crc32(text.encode()), ""
    for _ in range(CHECK_SIGNS):
        number, rest = divmod(number, len(SIGNS))
        signs = SIGNS[rest] + signs
    return signs
