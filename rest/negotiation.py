"""Which of a view's renderers answers."""

from collections.abc import Iterable

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class Disregarding(DefaultContentNegotiation):
    """What is accepted chooses where there is a choice, and refuses nothing.

    RFC 9110 (12.5.1) leaves it to the server. A browser's address bar or `<img>`, and a client whose library sends some
    `Accept` of its own, have more of JSON than of a 406.
    """

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first, *others = renderers
        try:
            chosen: tuple[BaseRenderer, str] = super().select_renderer(request, [first, *others], format_suffix)
        except (NotAcceptable, ValueError):  # nothing that is accepted, or nothing that can be read
            return first, first.media_type
        return chosen
