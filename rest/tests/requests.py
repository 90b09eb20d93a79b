"""Requests as a WSGI server hands them on, and what each of the two ways answers to them."""

from io import BytesIO
from typing import Any
from unittest.mock import patch
from wsgiref.util import setup_testing_defaults

from django.core.signals import request_started
from django.db import close_old_connections, connections
from django.test.utils import override_script_prefix
from django.urls import get_script_prefix

Answer = tuple[str, list[tuple[str, str]], bytes]


def asked(method: str, address: str, *, body: bytes = b"", token: str = "", **more: str) -> dict[str, Any]:
    """The WSGI environ of a request: a body is JSON, `more` are entries of the environ."""
    path, _, query = address.partition("?")
    environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query}
    if body:
        environ |= {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)}
    if token:
        environ["HTTP_AUTHORIZATION"] = f"Token {token}"
    environ |= {"HTTP_HOST": "testserver", "HTTP_X_REQUEST_ID": "the-request", **more}
    setup_testing_defaults(environ)
    return environ


def the_full_stack(environ: dict[str, Any]) -> Answer:
    from config.wsgi import full_stack

    return answered(full_stack, environ)


def answered(application: Any, environ: dict[str, Any]) -> Answer:
    """What `application` answers; the path that the thread was below is the same afterwards."""
    begun: list[Any] = []
    request_started.disconnect(close_old_connections)  # the test's transaction is on this connection
    try:
        with (
            override_script_prefix(get_script_prefix()),
            patch.object(connections["default"], "close_if_unusable_or_obsolete"),
        ):
            content = b"".join(application(environ, lambda status, headers: begun.extend([status, headers])))
    finally:
        request_started.connect(close_old_connections)
    return begun[0], begun[1], content
