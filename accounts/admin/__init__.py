"""The admin's pages of users, their logins, and the mail. Only the services write."""

from accounts.admin import blocklist, mail, personal_tokens, users

__all__ = ["blocklist", "mail", "personal_tokens", "users"]
