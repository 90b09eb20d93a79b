"""The WSGI application that every server process loads."""

import os
from collections.abc import Callable, Iterable
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
UNREADABLE = "unreadable/unreadable"


class ReadableHeaders:
    """Gives the application behind it headers that Django and REST framework can read.

    Text is UTF-8 here, whatever charset is declared. Django would take the declared one to decode the query string, and
    some ("hex") and some parameters fail in that, before any middleware could answer.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["CONTENT_TYPE"] = without_charset(environ.get("CONTENT_TYPE", ""))
        if not environ.get("HTTP_ACCEPT"):
            environ.pop("HTTP_ACCEPT", None)  # an empty one asks for nothing in particular
        return self.application(environ, start_response)


def without_charset(content_type: str) -> str:
    try:
        kind, parameters = parse_header_parameters(content_type)
    except ValueError:
        return UNREADABLE  # a body of that type will be 415
    if "charset" not in {name.lower() for name in parameters}:
        return content_type
    boundary = parameters.get("boundary")
    return f'{kind}; boundary="{boundary}"' if boundary else kind


django.setup(set_prefix=False)
full_stack = ReadableHeaders(WSGIHandler())

from metrics.observed import observed  # noqa: E402 - needs the apps
from rest.fast_path import FastPath  # noqa: E402
from rest.proxies import BehindProxies  # noqa: E402

application: Callable[..., Iterable[bytes]] = observed(FastPath(full_stack))
if settings.TRUSTED_PROXIES or settings.PATH_PREFIX:
    application = BehindProxies(application)
