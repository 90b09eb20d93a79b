"""What clients send and get about accounts, in the canonical shape."""

from accounts.serializers.fields import PasswordField
from accounts.serializers.logins import (
    CredentialsSerializer,
    LoginSerializer,
    RefreshSerializer,
    RegistrationSerializer,
    SignedPairSerializer,
)
from accounts.serializers.personal_tokens import NewTokenSerializer, PersonalTokenSerializer, TokenRequestSerializer
from accounts.serializers.sessions import SessionSerializer
from accounts.serializers.users import PasswordChangeSerializer, ProfileSerializer, UserListSerializer, UserSerializer

__all__ = [
    "CredentialsSerializer",
    "LoginSerializer",
    "NewTokenSerializer",
    "PasswordChangeSerializer",
    "PasswordField",
    "PersonalTokenSerializer",
    "ProfileSerializer",
    "RefreshSerializer",
    "RegistrationSerializer",
    "SessionSerializer",
    "SignedPairSerializer",
    "TokenRequestSerializer",
    "UserListSerializer",
    "UserSerializer",
]
