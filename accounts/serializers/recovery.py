"""What clients send to confirm an address, to set a forgotten password, and to say that it is they."""

from typing import Any

from rest_framework import serializers

from accounts.models import MAX_EMAIL_KEY
from accounts.serializers.fields import PasswordField, check_password_strength
from accounts.services.addresses import INVALID_KEY
from accounts.services.recovery import owner_of_reset_key
from rest.database.text import FitsWhenFolded
from rest.fields import TextField

MAX_KEY = 200


class IdentitySerializer(serializers.Serializer[Any]):
    """Nothing at all, soon after logging in."""

    current_password = PasswordField(required=False)


class AskResetSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254, validators=[FitsWhenFolded(MAX_EMAIL_KEY)])


class KeySerializer(serializers.Serializer[Any]):
    key = TextField(max_length=MAX_KEY)


class ResetSerializer(KeySerializer):
    """The password is looked at only where the key is good: a stranger's is not worth the work."""

    new_password = PasswordField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        user = owner_of_reset_key(attrs["key"])
        if user is None:
            raise serializers.ValidationError({"key": INVALID_KEY}, code="invalid_key")
        check_password_strength(attrs["new_password"], user, field="new_password")
        return attrs


class AddressSerializer(serializers.Serializer[Any]):
    """Which address has been confirmed, or gets a mail."""

    email = serializers.CharField(read_only=True)


class SaidSerializer(serializers.Serializer[Any]):
    detail = serializers.CharField(read_only=True)
