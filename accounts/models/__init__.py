"""Accounts, their logins, and the mail they get."""

from accounts.models.attempts import LoginFailures, LoginPause
from accounts.models.blocklist import BlockedAddress
from accounts.models.credential import Credential
from accounts.models.keys import MailedKey, Purpose, ResetRequest
from accounts.models.mail import AccountMail, MailAllowance
from accounts.models.personal_token import PersonalToken, is_personal_token, is_well_typed
from accounts.models.second_factor import RecoveryCode, SecondFactor
from accounts.models.session import Session
from accounts.models.user import MAX_EMAIL_KEY, MAX_USERNAME, User, UserManager, normalize_password

__all__ = [
    "MAX_EMAIL_KEY",
    "MAX_USERNAME",
    "AccountMail",
    "BlockedAddress",
    "Credential",
    "LoginFailures",
    "LoginPause",
    "MailAllowance",
    "MailedKey",
    "PersonalToken",
    "Purpose",
    "RecoveryCode",
    "ResetRequest",
    "SecondFactor",
    "Session",
    "User",
    "UserManager",
    "is_personal_token",
    "is_well_typed",
    "normalize_password",
]
