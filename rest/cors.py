"""Browsers of other origins: an app at http://localhost:5173 may read what the server answers, where it is allowed.

The API reads no cookie, so `*` gives a stranger's page nothing that the stranger could not ask for without a browser.
The admin, which does read one, is never opened.
"""

import re
from typing import Any

from corsheaders.middleware import CorsMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, ResponseHeaders

from rest.layers import AnswerLayer

EVERYBODY = "*"
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#@\s]+|null")


def origin(text: str) -> str:
    """An origin as browsers send it. Raises ValueError for what is none, such as a name without its scheme."""
    lower = text.strip().lower()
    if not ORIGIN.fullmatch(lower):
        raise ValueError(
            f"CORS_ALLOWED_ORIGINS: {text!r} is neither * alone nor an origin such as https://app.example.com"
        )
    return lower


def origins(texts: list[str]) -> list[str]:
    """The allowed origins, `["*"]` for all there are. Raises ValueError."""
    return [EVERYBODY] if texts == [EVERYBODY] else [origin(text) for text in texts]


class CORSLayer(AnswerLayer):
    """django-cors-headers on both ways."""

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self.cors = CorsMiddleware(get_response)

    def refuse(self, request: HttpRequest) -> HttpResponseBase | None:
        """The answer to a preflight, which asks whether the request may be sent."""
        return self.cors.check_preflight(request)

    def finish(self, request: HttpRequest, begun: Any, status: int, headers: ResponseHeaders) -> None:
        response = HttpResponse()
        response.headers = headers
        self.cors.add_response_headers(request, response)
