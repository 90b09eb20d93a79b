"""Requests as WSGI has them."""

from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest

LONGEST_HEADER = 500  # characters: what is remembered of a header is bounded in length and in number


def remade(request: HttpRequest, **changes: Any) -> WSGIRequest:
    """A new request like this one but for `changes` of its environ. Nothing has looked at it yet."""
    path = request.path_info.encode().decode("latin-1")  # as WSGI has it
    return WSGIRequest({**request.META, "PATH_INFO": path, **changes})
