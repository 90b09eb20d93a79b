"""Whatever changes accounts and logins. Every writer goes through here."""

from accounts.services.accounts import (
    change_account,
    change_password,
    create_first_admin,
    delete_account,
    first_admin,
    register,
    update_profile,
)
from accounts.services.addresses import ask_confirmation, confirm_address, key_to_confirm, pending_address
from accounts.services.authentication import authenticate_caller
from accounts.services.browsers import end_browser_sessions, end_logins
from accounts.services.hiding import comments_are_hidden, set_comments_hidden
from accounts.services.identity import confirm_identity
from accounts.services.logins import (
    Credentials,
    SignedPair,
    end_other_sessions,
    end_session,
    log_in,
    log_out,
    open_session,
    refresh,
)
from accounts.services.personal_tokens import end_token, make_token, rename_token
from accounts.services.recovery import answer_reset_requests, ask_reset, owner_of_reset_key, reset_password
from accounts.services.rights import change_as_staff, make_roles, set_active
from accounts.services.rows import hold as hold_account
from accounts.services.rows import lock as lock_account
from accounts.services.second_factor import take_off_second_factor

__all__ = [
    "Credentials",
    "SignedPair",
    "answer_reset_requests",
    "ask_confirmation",
    "ask_reset",
    "authenticate_caller",
    "change_account",
    "change_as_staff",
    "change_password",
    "comments_are_hidden",
    "confirm_address",
    "confirm_identity",
    "create_first_admin",
    "delete_account",
    "end_browser_sessions",
    "end_logins",
    "end_other_sessions",
    "end_session",
    "end_token",
    "first_admin",
    "hold_account",
    "key_to_confirm",
    "lock_account",
    "log_in",
    "log_out",
    "make_roles",
    "make_token",
    "open_session",
    "owner_of_reset_key",
    "pending_address",
    "refresh",
    "register",
    "rename_token",
    "reset_password",
    "set_active",
    "set_comments_hidden",
    "take_off_second_factor",
    "update_profile",
]
