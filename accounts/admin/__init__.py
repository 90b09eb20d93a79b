"""The admin's pages of users, their logins, and the mail. Only the services write."""

from accounts.admin import mail, users

__all__ = ["mail", "users"]
