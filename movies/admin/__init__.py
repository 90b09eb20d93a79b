"""The admin's pages of the catalogue, of what people say about it, and of the mail. Only the services write."""

from movies.admin import catalogue, feedback, kept, mail, names

__all__ = ["catalogue", "feedback", "kept", "mail", "names"]
