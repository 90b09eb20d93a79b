"""What clients send and get about users, in the canonical shape."""

from typing import Any

from rest_framework import serializers

from accounts.models import User
from accounts.serializers.fields import PasswordField, UniqueAccountMixin, check_password_strength
from accounts.services.addresses import pending_address
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
    """One's own account. `pending_email` takes the place of a confirmed address once it is confirmed itself."""

    pending_email = serializers.SerializerMethodField(allow_null=True)

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "email",
            "email_confirmed",
            "pending_email",
            "is_staff",
            "date_joined",
            "last_login",
        ]
        read_only_fields = ["email_confirmed", "is_staff", "date_joined", "last_login"]

    def get_pending_email(self, user: User) -> str | None:
        return pending_address(user)


class ProfileChangeSerializer(ProfileSerializer):
    """What of it can be changed, and the password where the login is not new."""

    current_password = PasswordField(required=False)

    class Meta(ProfileSerializer.Meta):
        fields = ["username", "email", "current_password"]
        read_only_fields: list[str] = []


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
