"""Fields of accounts, and the rules that several serializers share."""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import serializers

from accounts.looks import is_reserved
from accounts.models import MAX_USERNAME, BlockedAddress, User, normalize_password
from rest.database.text import fold_case
from rest.fields import TextField

MAX_PASSWORD_LENGTH = 1024
TOO_LONG = f"Ensure this field has no more than {MAX_USERNAME} characters."


class PasswordField(TextField):
    """Write-only text as it was typed, blanks included; bounded because hashing costs by its length."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            write_only=True,
            trim_whitespace=False,
            max_length=MAX_PASSWORD_LENGTH,
            style={"input_type": "password"},
            **kwargs,
        )


class UsernameField(TextField):
    """Normalises a name before it is checked, since normalising may make it longer or one that is not allowed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validators=User._meta.get_field("username").validators, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        username = super().to_internal_value(data)
        if len(username) > MAX_USERNAME:  # not worth the work of the other rules
            raise serializers.ValidationError(TOO_LONG, code="max_length")
        return User.normalize_username(username)


def check_password_strength(password: str, user: User, field: str = "password") -> None:
    """Raises ValidationError below `field` for a password that is weak, or too like what `user` is called."""
    try:
        validate_password(normalize_password(password), user)
    except DjangoValidationError as error:
        raise serializers.ValidationError({field: error.messages}, code="weak_password") from error


class UniqueAccountMixin(serializers.Serializer[Any]):
    """Refuses a username or e-mail address that is taken, without case. Database constraints guarantee it.

    Only staff, in the admin, and the commands give names by which people speak for the installation.
    """

    username = UsernameField()

    def validate_username(self, username: str) -> str:
        is_own = self.instance and fold_case(self.instance.username) == fold_case(username)
        if is_reserved(username) and not is_own:
            raise serializers.ValidationError("This name is reserved.", code="reserved")
        return username

    def validate_email(self, email: str) -> str:
        is_own = self.instance and fold_case(self.instance.email) == fold_case(email)
        if not is_own and BlockedAddress.objects.blocks(email):
            raise serializers.ValidationError("This address cannot be used here.", code="blocked")
        return email

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        taken = User.objects.taken(username=attrs.get("username"), email=attrs.get("email"), but=self.instance)
        if taken:
            raise serializers.ValidationError(taken, code="unique")
        return attrs
