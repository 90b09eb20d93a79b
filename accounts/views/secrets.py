"""Answers that hold secrets."""

from typing import Any, ClassVar

from rest_framework import viewsets


class NotStored(viewsets.GenericViewSet[Any]):
    """Lets nobody keep the answers of `secret_actions`: to whoever finds such an answer in a cache, it is a login."""

    secret_actions: ClassVar[frozenset[str]]

    @property
    def default_response_headers(self) -> dict[str, str]:
        headers = super().default_response_headers
        return {**headers, "Cache-Control": "no-store"} if self.action in self.secret_actions else headers
