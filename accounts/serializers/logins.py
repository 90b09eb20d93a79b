"""What clients send and get about logins, in the canonical shape."""

from typing import Any

from rest_framework import serializers

from accounts.models import User
from accounts.serializers.fields import PasswordField, UniqueAccountMixin, check_password_strength
from accounts.serializers.users import UserSerializer
from rest.fields import AnyField, ModelSerializer, TextField

MAX_CODE = 40  # as people type recovery codes


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
    """`username` takes an e-mail address as well. `otp` is a code, where the account has a second factor."""

    username = TextField(max_length=User._meta.get_field("email").max_length)
    password = PasswordField()
    otp = TextField(required=False, allow_blank=True, max_length=MAX_CODE)


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
