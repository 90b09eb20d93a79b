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
from accounts.serializers.second_factor import (
    CodeSerializer,
    ConfirmationSerializer,
    PasswordAndCodeSerializer,
    RecoveryCodesSerializer,
    SecondFactorSerializer,
    SetupSerializer,
)
from accounts.serializers.sessions import SessionSerializer
from accounts.serializers.users import PasswordChangeSerializer, ProfileSerializer, UserListSerializer, UserSerializer

__all__ = [
    "CodeSerializer",
    "ConfirmationSerializer",
    "CredentialsSerializer",
    "LoginSerializer",
    "NewTokenSerializer",
    "PasswordAndCodeSerializer",
    "PasswordChangeSerializer",
    "PasswordField",
    "PersonalTokenSerializer",
    "ProfileSerializer",
    "RecoveryCodesSerializer",
    "RefreshSerializer",
    "RegistrationSerializer",
    "SecondFactorSerializer",
    "SessionSerializer",
    "SetupSerializer",
    "SignedPairSerializer",
    "TokenRequestSerializer",
    "UserListSerializer",
    "UserSerializer",
]
