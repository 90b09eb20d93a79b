"""community and collector (documents 002 and 004): `/register/`, `/login/`, `/logout/` with a message in each reply."""

from typing import Any

from rest_framework import serializers as drf
from rest_framework.routers import SimpleRouter

from accounts.models import normalize_password
from accounts.serializers import CredentialsSerializer, PasswordField, RegistrationSerializer
from accounts.services import Credentials
from accounts.swagger import COMMUNITY_AUTH
from accounts.views import AuthViewSet


class CommunityRegistrationSerializer(RegistrationSerializer):
    """The e-mail address is optional, and null is as good as none; a repeated password must match where it is sent."""

    password2 = PasswordField(required=False)
    password_two = PasswordField(required=False)

    class Meta(RegistrationSerializer.Meta):
        fields = [*RegistrationSerializer.Meta.fields, "password2", "password_two"]
        extra_kwargs = {
            **RegistrationSerializer.Meta.extra_kwargs,
            "email": {"required": False, "allow_blank": True, "allow_null": True},
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name in ("password2", "password_two"):
            repeated = attrs.pop(name, attrs["password"])
            if normalize_password(repeated) != normalize_password(attrs["password"]):
                raise drf.ValidationError({name: "The two passwords do not match."}, code="mismatch")
        attrs["email"] = attrs.get("email") or ""
        return super().validate(attrs)


class RegisteredSerializer(CredentialsSerializer):
    """The signed tokens stand there twice, because document 004 calls the access token `access_token`."""

    message = drf.SerializerMethodField()
    access_token = drf.CharField(source="access", read_only=True)
    refresh_token = drf.CharField(source="refresh", read_only=True)

    class Meta:
        fields = ["message", *CredentialsSerializer.Meta.fields, "access_token", "refresh_token"]

    def get_message(self, credentials: Credentials) -> str:
        return "User registered successfully."


class LoggedInSerializer(RegisteredSerializer):
    def get_message(self, credentials: Credentials) -> str:
        return "Logged in successfully."


class CommunityAuthViewSet(AuthViewSet):
    operations = COMMUNITY_AUTH
    registration_serializer_class = CommunityRegistrationSerializer
    registered_serializer_class = RegisteredSerializer
    logged_in_serializer_class = LoggedInSerializer
    logged_out_reply = {"message": "Logged out successfully."}


router = SimpleRouter(use_regex_path=False)
router.register("", CommunityAuthViewSet, basename="auth")
urlpatterns = router.urls
