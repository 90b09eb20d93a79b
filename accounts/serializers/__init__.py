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
from accounts.serializers.recovery import (
    AddressSerializer,
    AskResetSerializer,
    IdentitySerializer,
    KeySerializer,
    ResetSerializer,
    SaidSerializer,
)
from accounts.serializers.second_factor import (
    CodeSerializer,
    ConfirmationSerializer,
    PasswordAndCodeSerializer,
    RecoveryCodesSerializer,
    SecondFactorSerializer,
    SetupSerializer,
)
from accounts.serializers.sessions import SessionSerializer
from accounts.serializers.users import (
    PasswordChangeSerializer,
    ProfileChangeSerializer,
    ProfileSerializer,
    UserListSerializer,
    UserSerializer,
)

__all__ = [
    "AddressSerializer",
    "AskResetSerializer",
    "CodeSerializer",
    "ConfirmationSerializer",
    "CredentialsSerializer",
    "IdentitySerializer",
    "KeySerializer",
    "LoginSerializer",
    "NewTokenSerializer",
    "PasswordAndCodeSerializer",
    "PasswordChangeSerializer",
    "PasswordField",
    "PersonalTokenSerializer",
    "ProfileChangeSerializer",
    "ProfileSerializer",
    "RecoveryCodesSerializer",
    "RefreshSerializer",
    "RegistrationSerializer",
    "ResetSerializer",
    "SaidSerializer",
    "SecondFactorSerializer",
    "SessionSerializer",
    "SetupSerializer",
    "SignedPairSerializer",
    "TokenRequestSerializer",
    "UserListSerializer",
    "UserSerializer",
]
