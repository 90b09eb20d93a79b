"""An account. Every rule that must hold is a constraint here; serializers only phrase it."""

import unicodedata
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from accounts.looks import MAX_SKELETON, looks_like, skeleton_as_shown, skeleton_of_name
from accounts.models.session import Session
from accounts.validators import check_letters, check_mailable, refuse_confusable_scripts
from rest.database.text import FitsWhenFolded, FoldedField, fold_case

MAX_USERNAME = 150
MAX_EMAIL_KEY = 762  # of a folded address
TAKEN = {
    "username": "A user with that username already exists.",
    "email": "A user with that e-mail address already exists.",
}


def has_name_or_address(key: str) -> Q:
    return Q(username_key=key) | (Q(email_key=key) & ~Q(email_key=""))


def normalize_password(password: str) -> str:
    """The one form in which passwords are compared, as NIST SP 800-63B asks: keyboards send "é" as one sign or two."""
    return unicodedata.normalize("NFKC", password)


class UserManager(DjangoUserManager["User"]):
    """Finds users by name without case, as names are unique."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username_key=fold_case(username or ""))

    def identified_by(self, text: str) -> "User | None":
        """The account with this username or, where there is none, with this e-mail address."""
        key = fold_case(text)
        return min(self.filter(has_name_or_address(key)), key=lambda user: user.username_key != key, default=None)

    def taken(
        self, *, username: str | None = None, email: str | None = None, but: "User | None" = None
    ) -> dict[str, str]:
        """`{field: message}` for each of the two that another account than `but` already has.

        A name that is another account's address is taken as well, and so is an address that is another's name: both
        log in. So is a name that looks like another's, which no constraint holds: such names may be there already.
        What `but` is called in the database is its own, whatever others are called.
        """
        others = self.exclude(pk=but.pk) if but else self.all()
        own = self.filter(pk=but.pk).values_list("username_key", "email_key").first() if but else None
        wanted = {"username": fold_case(username or ""), "email": fold_case(email or "")}
        changed = zip(wanted.items(), own or ("", ""), strict=True)
        new = {field: key for (field, key), before in changed if key != before and key}
        taken = {field: TAKEN[field] for field, key in new.items() if others.filter(has_name_or_address(key)).exists()}
        if "username" in new and others.filter(looks_like(username or "")).exists():
            taken.setdefault("username", "This name looks like that of another user.")
        return taken

    def _create_user_object(
        self, username: str, email: str | None, password: str | None, **extra_fields: Any
    ) -> "User":
        normal = password and normalize_password(password)  # it is hashed here without set_password()
        create = super()._create_user_object  # type: ignore[misc]  # missing in the stubs
        user: User = create(username, email, normal, **extra_fields)
        return user


class User(AbstractUser):
    """Somebody with an account. Username and e-mail address are each unique without case."""

    username = models.CharField(
        max_length=MAX_USERNAME,
        unique=True,
        validators=[check_letters, refuse_confusable_scripts, FitsWhenFolded(MAX_USERNAME)],
    )
    username_key = FoldedField(max_length=450, unique=True, of="username")
    skeleton = FoldedField(max_length=MAX_SKELETON, db_default="", of="username", fold=skeleton_of_name)
    shown_skeleton = FoldedField(max_length=MAX_SKELETON, db_default="", of="username", fold=skeleton_as_shown)
    email = models.EmailField(blank=True, validators=[FitsWhenFolded(MAX_EMAIL_KEY), check_mailable])
    email_key = FoldedField(max_length=MAX_EMAIL_KEY, of="email")
    email_confirmed = models.BooleanField(default=False)
    comments_hidden = models.BooleanField(default=False, db_default=False, editable=False)

    passed_second_factor = False  # whether this login came with a code: set in memory, by whoever has seen it

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ["id"]
        permissions = [
            ("assign_roles", "Can make accounts staff and give them roles"),
            ("block_user", "Can deactivate accounts and hide their comments"),
        ]
        indexes = [
            models.Index(fields=["skeleton"], name="user_by_skeleton"),
            models.Index(fields=["shown_skeleton"], name="user_by_shown_skeleton"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["email_key"], condition=~Q(email_key=""), name="user_email_unique_without_case"
            ),
        ]

    def clean(self) -> None:
        super().clean()
        if taken := User.objects.taken(username=self.username, email=self.email, but=self if self.pk else None):
            raise ValidationError(taken)

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password and normalize_password(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Whether `raw_password` is the password. A stronger hash of it may be stored; the credentials live on then."""
        hash_before = self.password
        is_correct = self.matches(raw_password)
        if is_correct and self.password != hash_before:
            old, new = Session.digest(hash_before), Session.digest(self.password)
            self.sessions.filter(password_digest=old).update(password_digest=new)
            self.personal_tokens.filter(password_digest=old).update(password_digest=new)
        return is_correct

    def matches(self, raw_password: str | None) -> bool:
        """Compares in the one form. Version 0.1.0 hashed what was typed: that is compared, too, and hashed anew."""
        password = raw_password and normalize_password(raw_password)
        if super().check_password(password):
            return True
        if password == raw_password or not super().check_password(raw_password):
            return False
        self.set_password(raw_password)
        self._password = None  # which says that the password is the same as before
        self.save(update_fields=["password"])
        return True
