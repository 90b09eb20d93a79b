"""Accounts and logins over HTTP."""

from accounts.views.auth import AuthViewSet
from accounts.views.personal_tokens import PersonalTokenViewSet
from accounts.views.recovery import RecoveryViewSet
from accounts.views.second_factor import SecondFactorViewSet
from accounts.views.sessions import SessionViewSet
from accounts.views.users import UserViewSet

__all__ = [
    "AuthViewSet",
    "PersonalTokenViewSet",
    "RecoveryViewSet",
    "SecondFactorViewSet",
    "SessionViewSet",
    "UserViewSet",
]
