"""classic (document 000): `/account/register/`, `/account/login/`, `/account/logout/`."""

from rest_framework import serializers as drf
from rest_framework.routers import SimpleRouter

from accounts.dialects.community import CommunityRegistrationSerializer
from accounts.models import User
from accounts.serializers import PasswordField, RegistrationSerializer
from accounts.services import Credentials
from accounts.swagger import CLASSIC_AUTH
from accounts.views import AuthViewSet


class ClassicRegistrationSerializer(CommunityRegistrationSerializer):
    """Everything is required, the password twice."""

    password2 = PasswordField()

    class Meta(RegistrationSerializer.Meta):
        fields = [*RegistrationSerializer.Meta.fields, "password2"]


class UserDetailsSerializer(drf.ModelSerializer[User]):
    """`is_active` is that document's word for a confirmed e-mail address."""

    is_active = drf.BooleanField(source="email_confirmed", read_only=True)

    class Meta:
        model = User
        fields = ["email", "username", "is_active"]


class RegisteredSerializer(drf.Serializer[Credentials]):
    msg = drf.SerializerMethodField()
    userdetails = UserDetailsSerializer(source="user")
    token = drf.CharField()

    def get_msg(self, credentials: Credentials) -> str:
        return "Register Succesfully"  # as the document spells it


class LoggedInSerializer(drf.Serializer[Credentials]):
    token = drf.CharField()


class ClassicAuthViewSet(AuthViewSet):
    operations = CLASSIC_AUTH
    registration_serializer_class = ClassicRegistrationSerializer
    registered_serializer_class = RegisteredSerializer
    logged_in_serializer_class = LoggedInSerializer
    logged_out_reply = {"msg": "logged out!"}


router = SimpleRouter(use_regex_path=False)
router.register("", ClassicAuthViewSet, basename="auth")
urlpatterns = router.urls
