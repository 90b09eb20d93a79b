"""What clients send and get about accounts, in the canonical shape."""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import serializers

from accounts.looks import is_reserved
from accounts.models import MAX_USERNAME, User, normalize_password
from rest.database.text import fold_case
from rest.fields import AnyField, ModelSerializer, TextField

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


class UserSerializer(ModelSerializer[User]):
    """The account as its owner sees it beside fresh credentials."""

    class Meta:
        model = User
        fields = ["id", "username", "email"]


class UserListSerializer(UserSerializer):
    """Accounts as others see them; the e-mail address is for staff only."""

    def get_fields(self) -> dict[str, AnyField]:
        fields = super().get_fields()
        request = self.context.get("request")
        if not (request and request.user.is_staff):
            del fields["email"]
        return fields


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

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        taken = User.objects.taken(username=attrs.get("username"), email=attrs.get("email"), but=self.instance)
        if taken:
            raise serializers.ValidationError(taken, code="unique")
        return attrs


class RegistrationSerializer(UniqueAccountMixin, ModelSerializer[User]):
    password = PasswordField()

    class Meta:
        model = User
        fields = ["username", "email", "password"]
        extra_kwargs = {"email": {"required": True, "allow_blank": False}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        check_password_strength(attrs["password"], User(username=attrs["username"], email=attrs.get("email", "")))
        return attrs


class LoginSerializer(serializers.Serializer[Any]):
    """`username` takes an e-mail address as well."""

    username = TextField(max_length=User._meta.get_field("email").max_length)
    password = PasswordField()


class RefreshSerializer(serializers.Serializer[Any]):
    refresh = TextField(max_length=4096)


class SignedPairSerializer(serializers.Serializer[Any]):
    access = serializers.CharField(read_only=True)
    refresh = serializers.CharField(read_only=True)


class CredentialsSerializer(SignedPairSerializer):
    """The reply to registering and logging in."""

    user = UserSerializer(read_only=True)
    token = serializers.CharField(read_only=True)

    class Meta:
        fields = ["user", "token", "access", "refresh"]

    def get_fields(self) -> dict[str, AnyField]:
        fields = super().get_fields()
        return {name: fields[name] for name in self.Meta.fields}


class ProfileSerializer(UniqueAccountMixin, ModelSerializer[User]):
    """One's own account. A new e-mail address starts unconfirmed."""

    class Meta:
        model = User
        fields = ["id", "username", "email", "email_confirmed", "is_staff", "date_joined", "last_login"]
        read_only_fields = ["email_confirmed", "is_staff", "date_joined", "last_login"]


class PasswordChangeSerializer(serializers.Serializer[Any]):
    current_password = PasswordField()
    new_password = PasswordField()

    def validate_current_password(self, password: str) -> str:
        if not self.context["request"].user.check_password(password):
            raise serializers.ValidationError("Is not your current password.", code="wrong_password")
        return password

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        check_password_strength(attrs["new_password"], self.context["request"].user, field="new_password")
        return attrs
