"""Accounts and logins over HTTP."""

from accounts.views.auth import AuthViewSet
from accounts.views.sessions import SessionViewSet
from accounts.views.users import UserViewSet

__all__ = ["AuthViewSet", "SessionViewSet", "UserViewSet"]
