"""Accounts and logins."""

from accounts.models.session import Session
from accounts.models.user import MAX_USERNAME, User, UserManager, normalize_password

__all__ = ["MAX_USERNAME", "Session", "User", "UserManager", "normalize_password"]
