"""A short way for the plainest requests, through the same views.

What clients ask most of the time needs no session, no form, no negotiation and no throttle, and the layers that see to
these cost several times what the answer does. So such a request goes straight to its view's own method, before Django
handles it. Anything unusual about it, and every error, takes the whole way from the start: nothing is decided here,
and `config/tests/test_fast_path.py` holds the two ways to the same answers. docs/decisions/0013 says why.
"""

import logging
import re
from collections.abc import Callable, Iterable
from functools import cache, wraps
from io import BytesIO
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest
from django.db import IntegrityError, InterfaceError, OperationalError, connection
from django.http import Http404, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.urls import resolve
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from metrics.counter import counter
from rest import conditional
from rest.conditional import JSON
from rest.payload import Payload
from rest.renderers import ORJSONRenderer

logger = logging.getLogger(__name__)

ACCEPTED = {None, "", "*/*", JSON}
NONE = {None, "", "0"}
LENGTH = re.compile(r"[1-9][0-9]{0,3}")
STATUS = {200: "200 OK", 201: "201 Created"}
BODILESS = {None, "", JSON, "application/octet-stream"}  # what clients say about no body at all
NUMBERED = re.compile(r"(.*/)([0-9]{1,18})((?:/[a-z]*)*)", re.DOTALL)
NUMBER = "1"  # any number's route is every number's


def fast_path(method: Callable[..., Payload]) -> Callable[..., Response]:
    """Makes a view's method a handler that the short way can use, too.

    Only what needs no throttle, and either changes nothing or leaves the same state when it is done twice: the whole
    way begins anew where the short one gives up.
    """

    @wraps(method)
    def handler(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        payload = method(self, request, *args, **kwargs)
        return Response(payload.data, status=payload.status, headers=payload.headers)

    handler.fast = method  # type: ignore[attr-defined]
    return handler


class Route(NamedTuple):
    view: type
    initkwargs: dict[str, Any]
    action_map: dict[str, str]
    action: str
    method: Callable[..., Payload]
    dialect: str
    allow: str


ROUTES: dict[tuple[str, str], Route] = {}  # by method and an example of the address; no more than there are methods


def route_of(method: str, path: str) -> tuple[Route, dict[str, int]] | None:
    """Where a request leads, if that is an express method, and its arguments."""
    numbered = NUMBERED.fullmatch(path)
    example = f"{numbered[1]}{NUMBER}{numbered[3]}" if numbered else path
    route = ROUTES.get((method, example)) or find_route(method, example)
    return route and (route, {"pk": int(numbered[2])} if numbered else {})


def find_route(method: str, example: str) -> Route | None:
    match = resolve(example)
    action_map = getattr(match.func, "actions", {})
    view = getattr(match.func, "cls", None)
    action = action_map.get(method.lower(), "")
    handler = getattr(getattr(view, action, None), "fast", None)
    if handler is None or match.kwargs.keys() - {"pk"}:
        return None
    initkwargs = match.func.initkwargs  # type: ignore[attr-defined]
    allow = allowed_methods(view, initkwargs, action_map)
    ROUTES[method, example] = Route(view, initkwargs, action_map, action, handler, match.namespace, allow)
    return ROUTES[method, example]


def allowed_methods(view_class: Any, initkwargs: dict[str, Any], action_map: dict[str, str]) -> str:
    view = view_class(**initkwargs)
    head = {"head": action_map["get"]} if "get" in action_map else {}
    for method, action in {**action_map, **head}.items():
        setattr(view, method, getattr(view, action))
    return ", ".join(view.allowed_methods)


class FastPath:
    """A WSGI application in front of Django's: answers what is plain, and hands on the rest."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        reply = try_fast(environ)
        if reply is None:
            return self.application(environ, start_response)
        connection.close_if_unusable_or_obsolete()  # if it has reached its age, as after any request
        status, headers, content = reply
        start_response(status, headers)
        return [content]


Reply = tuple[str, list[tuple[str, str]], bytes]


def try_fast(environ: dict[str, Any]) -> Reply | None:
    """Status, headers and body; None where the request is not plain or the answer would be an error."""
    reply = attempt(environ) if is_plain(environ) else None
    if reply is None and isinstance(environ.get("wsgi.input"), BytesIO):
        environ["wsgi.input"].seek(0)  # the whole way reads the body again
    return reply


def attempt(environ: dict[str, Any]) -> Reply | None:
    try:
        request = WSGIRequest({**environ})  # it changes what it is given, and the whole way may need it
        found = route_of(environ["REQUEST_METHOD"], request.path_info)
        if found is None or not found[1].get("pk", 1):
            return None
        request.get_host()  # refuses foreign hosts
        connection.health_check_done = True  # our own query is the check
        reply = reply_to(request, *found)
        counter.add()
        return reply
    except (Http404, APIException, SuspiciousOperation, IntegrityError):
        return None  # the whole way phrases it
    except (OperationalError, InterfaceError):
        connection.health_check_done = False  # the whole way looks after the connection first
        return None
    except Exception:
        logger.exception("The short way failed for %s; trying the whole way.", environ.get("PATH_INFO"))
        return None


def is_plain(environ: dict[str, Any]) -> bool:
    """Whether nothing is to be negotiated, redirected or left unread."""
    is_usual = (
        environ.get("HTTP_ACCEPT") in ACCEPTED
        and "HTTP_TRANSFER_ENCODING" not in environ
        and f"{api_settings.URL_FORMAT_OVERRIDE}=" not in environ.get("QUERY_STRING", "")
        and not settings.SECURE_SSL_REDIRECT
    )
    if environ["REQUEST_METHOD"] == "GET":
        return is_usual and environ.get("CONTENT_LENGTH") in NONE and environ.get("CONTENT_TYPE") in BODILESS
    return is_usual and environ["REQUEST_METHOD"] in ("POST", "PUT") and has_short_json(environ)


def has_short_json(environ: dict[str, Any]) -> bool:
    """Whether the body is JSON of a size that can be read at once, which the whole way can then read again."""
    length = environ.get("CONTENT_LENGTH") or ""
    if environ.get("CONTENT_TYPE") != JSON or not LENGTH.fullmatch(length):
        return False
    environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(int(length)))
    return True


def reply_to(http: WSGIRequest, route: Route, arguments: dict[str, int]) -> Reply:
    """What the view's method answers, rendered. Raises what the method raises."""
    view = route.view(**route.initkwargs)
    has_credential = "HTTP_AUTHORIZATION" in http.META
    parsers = () if http.method == "GET" else view.get_parsers()
    request = Request(http, parsers, view.get_authenticators() if has_credential else ())
    request.version = route.dialect
    view.request, view.args, view.kwargs, view.format_kwarg = request, (), arguments, None
    view.action_map, view.action = route.action_map, route.action
    view.check_permissions(request)
    found = route.method(view, request, **arguments)
    content = ORJSONRenderer().render(found.data)
    headers = {"Content-Length": str(len(content)), **found.headers}
    if http.method == "GET":
        about = conditional.headers_of(content, has_credential=has_credential)
        kept = http.META.get("HTTP_IF_NONE_MATCH")
        if kept is not None and conditional.is_current(kept, about["ETag"]):
            return "304 Not Modified", [*about.items(), *usual_headers(http.is_secure())], b""
        headers |= about
    headers |= {"Content-Type": JSON, "Allow": route.allow}
    return STATUS[found.status], [*headers.items(), *usual_headers(http.is_secure())], content


@cache
def usual_headers(is_secure: bool) -> tuple[tuple[str, str], ...]:
    """Those that Django's layers add to every response."""
    scheme = "https" if is_secure else "http"
    request = WSGIRequest({"REQUEST_METHOD": "GET", "wsgi.input": BytesIO(), "wsgi.url_scheme": scheme})
    layers = SecurityMiddleware(XFrameOptionsMiddleware(lambda request: HttpResponse()))
    headers = dict(layers(request).headers)
    headers.pop("Content-Type")
    return tuple(headers.items())
