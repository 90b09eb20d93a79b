"""Passwords are hashed by few at a time, since each hash takes a core for a quarter of a second.

Otherwise whoever sends wrong passwords gets all cores and all threads. Why: docs/decisions/0019-doors.md
"""

from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from rest.gates import Gate

WAIT_SECONDS = 3.0


class GatedPBKDF2PasswordHasher(PBKDF2PasswordHasher):
    """Django's hasher, behind the gate. Raises Busy (503) where too many hash already."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """Also what verify() and harden_runtime() hash with."""
        with hashing_gate().enter():
            return super().encode(password, salt, iterations)


def hashing_gate() -> Gate:
    """The gate of this host. Of a process's threads at most a quarter wait there, so that most serve others."""
    return gate_of(settings.PASSWORD_HASHING_PLACES, max(1, settings.THREADS // 4))


@cache
def gate_of(places: int, waiting: int) -> Gate:
    return Gate("passwords", places=places, waiting=waiting, wait_seconds=WAIT_SECONDS)
