"""Accounts and logins. Every rule that must hold is a constraint here; serializers only phrase it."""

import hashlib
import secrets
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.querysets import SessionQuerySet
from accounts.validators import refuse_confusable_scripts
from rest.database.text import FitsWhenFolded, FoldedField, fold_case

MAX_USERNAME = 150
MAX_EMAIL_KEY = 762  # of a folded address


class UserManager(DjangoUserManager["User"]):
    """Finds users by name without case, as names are unique."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username_key=fold_case(username or ""))

    def taken(
        self, *, username: str | None = None, email: str | None = None, but: "User | None" = None
    ) -> dict[str, str]:
        """`{field: message}` for each of the two that another account than `but` already has."""
        others = self.exclude(pk=but.pk) if but else self.all()
        errors = {}
        if username and others.filter(username_key=fold_case(username)).exists():
            errors["username"] = "A user with that username already exists."
        if email and others.filter(email_key=fold_case(email)).exists():
            errors["email"] = "A user with that e-mail address already exists."
        return errors


class User(AbstractUser):
    """Somebody with an account. Username and e-mail address are each unique without case."""

    username = models.CharField(
        max_length=MAX_USERNAME,
        unique=True,
        validators=[UnicodeUsernameValidator(), refuse_confusable_scripts, FitsWhenFolded(MAX_USERNAME)],
    )
    username_key = FoldedField(max_length=450, unique=True, of="username")
    email = models.EmailField(blank=True, validators=[FitsWhenFolded(MAX_EMAIL_KEY)])
    email_key = FoldedField(max_length=MAX_EMAIL_KEY, of="email")
    email_confirmed = models.BooleanField(default=False)

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["email_key"], condition=~Q(email_key=""), name="user_email_unique_without_case"
            ),
        ]

    def clean(self) -> None:
        super().clean()
        if taken := User.objects.taken(username=self.username, email=self.email, but=self if self.pk else None):
            raise ValidationError(taken)

    def check_password(self, raw_password: str | None) -> bool:
        """Whether `raw_password` is the password. Django may store a stronger hash of it; the logins live on then."""
        hash_before = self.password
        is_correct = super().check_password(raw_password)
        if is_correct and self.password != hash_before:
            old, new = Session.digest(hash_before), Session.digest(self.password)
            self.sessions.filter(password_digest=old).update(password_digest=new)
        return is_correct


class Session(models.Model):
    """One login: an opaque token, a refresh token and the access tokens made from it. All three die with the row.

    The token is kept as its SHA-256 only (it is 256 random bits, so a slow hash would add nothing). A refresh token
    with a generation below `refresh_generation`, the highest that has been used, is dead. `password_digest` ties the
    login to the password it was opened with: whichever way the password is changed, the login is over.
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions")
    token_digest = models.CharField(max_length=64, unique=True)
    refresh_generation = models.PositiveIntegerField(default=0)
    password_digest = models.CharField(max_length=64)
    user_agent = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"login {self.pk} of {self.user}"

    @staticmethod
    def new_token() -> str:
        """A new opaque token: 64 hexadecimal digits."""
        return secrets.token_hex(32)

    @staticmethod
    def digest(secret: str) -> str:
        """The SHA-256 of a token or of a stored password hash: 64 hexadecimal digits."""
        return hashlib.sha256(secret.encode()).hexdigest()

    @property
    def is_alive(self) -> bool:
        """Whether its credentials are still accepted: not expired, user active, password unchanged."""
        return (
            self.expires_at > timezone.now()
            and self.user.is_active
            and secrets.compare_digest(self.password_digest, self.digest(self.user.password))
        )
