"""Requests as WSGI has them."""

import re
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest

LONGEST_HEADER = 500  # characters: what is remembered of a header is bounded in length and in number


PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9_-]+)+/?")  # of which nothing has to be quoted


def site_of(request: HttpRequest) -> str:
    """`https://example.com`, as the client named the server. Raises DisallowedHost. Django finds it out once."""
    site: str = request._current_scheme_host  # type: ignore[attr-defined]  # missing in the stubs
    return site


def address_of(request: HttpRequest) -> str:
    """The address that was asked, without its query: what build_absolute_uri() makes of the path."""
    if PLAIN_PATH.fullmatch(request.path):
        return site_of(request) + request.path
    return request.build_absolute_uri(request.path)


def remade(request: HttpRequest, **changes: Any) -> WSGIRequest:
    """A new request like this one but for `changes` of its environ. Nothing has looked at it yet."""
    path = request.path_info.encode().decode("latin-1")  # as WSGI has it
    return WSGIRequest({**request.META, "PATH_INFO": path, **changes})
