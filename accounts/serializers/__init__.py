"""What clients send and get about accounts, in the canonical shape."""

from accounts.serializers.fields import PasswordField
from accounts.serializers.logins import (
    CredentialsSerializer,
    LoginSerializer,
    RefreshSerializer,
    RegistrationSerializer,
    SignedPairSerializer,
)
from accounts.serializers.sessions import SessionSerializer
from accounts.serializers.users import PasswordChangeSerializer, ProfileSerializer, UserListSerializer, UserSerializer

__all__ = [
    "CredentialsSerializer",
    "LoginSerializer",
    "PasswordChangeSerializer",
    "PasswordField",
    "ProfileSerializer",
    "RefreshSerializer",
    "RegistrationSerializer",
    "SessionSerializer",
    "SignedPairSerializer",
    "UserListSerializer",
    "UserSerializer",
]
