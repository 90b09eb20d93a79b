"""Whatever changes accounts and logins. Every writer goes through here."""

from accounts.services.accounts import (
    change_account,
    change_password,
    create_first_admin,
    delete_account,
    register,
    update_profile,
)
from accounts.services.authentication import authenticate_caller
from accounts.services.identity import confirm_identity
from accounts.services.logins import (
    Credentials,
    SignedPair,
    end_other_sessions,
    end_session,
    log_in,
    open_session,
    refresh,
)

__all__ = [
    "Credentials",
    "SignedPair",
    "authenticate_caller",
    "change_account",
    "change_password",
    "confirm_identity",
    "create_first_admin",
    "delete_account",
    "end_other_sessions",
    "end_session",
    "log_in",
    "open_session",
    "refresh",
    "register",
    "update_profile",
]
