"""The admin's pages of the catalogue and of what people say about it. Only the services write."""

from movies.admin import catalogue, feedback, kept, moderation, names

__all__ = ["catalogue", "feedback", "kept", "moderation", "names"]
