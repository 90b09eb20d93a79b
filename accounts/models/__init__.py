"""Accounts, their logins, and the mail they get."""

from accounts.models.attempts import LoginFailures, LoginPause
from accounts.models.mail import MailAllowance
from accounts.models.session import Session
from accounts.models.user import MAX_USERNAME, User, UserManager, normalize_password

__all__ = [
    "MAX_USERNAME",
    "LoginFailures",
    "LoginPause",
    "MailAllowance",
    "Session",
    "User",
    "UserManager",
    "normalize_password",
]
