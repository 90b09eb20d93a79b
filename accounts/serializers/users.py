"""What clients send and get about users, in the canonical shape."""

from typing import Any

from rest_framework import serializers

from accounts.models import User
from accounts.serializers.fields import PasswordField, UniqueAccountMixin, check_password_strength
from rest.fields import AnyField, ModelSerializer


class UserSerializer(ModelSerializer[User]):
    """The account as its owner sees it beside fresh credentials."""

    class Meta:
        model = User
        fields = ["id", "username", "email"]


class UserListSerializer(UserSerializer):
    """Accounts as others see them; the e-mail address is for staff who may see the accounts."""

    def get_fields(self) -> dict[str, AnyField]:
        fields = super().get_fields()
        request = self.context.get("request")
        if not (request and request.user.has_perm("accounts.view_user")):
            del fields["email"]
        return fields


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
