"""The second factor."""

from typing import Any

from rest_framework import serializers

from accounts.serializers.fields import PasswordField
from accounts.serializers.logins import MAX_CODE
from rest.fields import TextField


class SecondFactorSerializer(serializers.Serializer[Any]):
    """Whether it is on. `is_required` says that staff's rights do not count without it."""

    is_on = serializers.BooleanField(read_only=True)
    turned_on_at = serializers.DateTimeField(read_only=True, allow_null=True)
    recovery_codes_left = serializers.IntegerField(read_only=True)
    is_required = serializers.BooleanField(read_only=True)


class ConfirmationSerializer(serializers.Serializer[Any]):
    current_password = PasswordField(required=False)


class SetupSerializer(serializers.Serializer[Any]):
    """What an app is given: `qr` is a picture (SVG) that says the same as `uri`."""

    secret = serializers.CharField(read_only=True)
    uri = serializers.CharField(read_only=True)
    qr = serializers.CharField(read_only=True)


class CodeSerializer(serializers.Serializer[Any]):
    code = TextField(max_length=MAX_CODE)


class PasswordAndCodeSerializer(CodeSerializer):
    current_password = PasswordField()


class RecoveryCodesSerializer(serializers.Serializer[Any]):
    """Shown once. Each is good for one login without the app."""

    recovery_codes = serializers.ListField(child=serializers.CharField(), read_only=True)
