"""From a plain request to its answer. Whatever goes another way than expected begins anew in Django's full stack."""

import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from io import BytesIO
from typing import Any

from csp.constants import HEADER as POLICY
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest
from django.db import IntegrityError, InterfaceError, OperationalError, connection
from django.http import Http404
from django.urls import set_script_prefix
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.settings import api_settings

from rest import compression, conditional
from rest.current import CURRENT
from rest.environ import site_of
from rest.errors import JSON, server_error
from rest.fast_path.headers import FitHeaders, fit
from rest.fast_path.plain import Environ, is_plain, is_unusual, plain_request
from rest.fast_path.routes import Route, find_route, routes
from rest.fast_path.stack import layers, usual_headers
from rest.layers import BEGUN
from rest.payload import Payload
from rest.renderers import ORJSONRenderer

logger = logging.getLogger(__name__)

Answer = tuple[str, list[tuple[str, str]], bytes]  # status line, headers, body
Response = tuple[int, dict[str, str], bytes]  # status, headers, body
STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
RENDERER = ORJSONRenderer()
EXPECTED = (Http404, APIException, SuspiciousOperation, IntegrityError)  # the full stack phrases them
LOST_CONNECTION = (OperationalError, InterfaceError)


class FastPath:
    """A WSGI application in front of Django's: answers what is plain, and hands on the rest.

    Made once, when the server starts. Raises ImproperlyConfigured where it would pass something by in silence.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application
        layers()
        routes(settings.ROOT_URLCONF)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer = try_fast(environ)
        if answer is None:
            return self.application(environ, start_response)
        connection.close_if_unusable_or_obsolete()  # if it has reached its age, as after any request
        status, headers, content = answer
        start_response(status, headers)
        return [content]


def try_fast(environ: Environ) -> Answer | None:
    """The answer; None where the request is not plain or the full stack has to phrase an error."""
    answer = attempt(environ) if is_plain(environ) else None
    if answer is None and isinstance(environ.get("wsgi.input"), BytesIO):
        environ["wsgi.input"].seek(0)  # the full stack reads the body again
    return answer


def attempt(environ: Environ) -> Answer | None:
    environ[BEGUN] = {}  # shared with the full stack, so that what began here does not begin there
    try:
        request = plain_request(environ)
        found = find_route(environ["REQUEST_METHOD"], request.path_info)
        if found is None or is_unusual(request, found[0].parameters):
            return None
        site_of(request)  # refuses foreign hosts
        if not begin(request):
            return None
    except SuspiciousOperation:
        return None
    except Exception:
        # Nothing has been done yet, so the full stack can take it from the start.
        logger.exception("The fast path could not begin %s.", environ.get("PATH_INFO"))
        return None
    return answer(request, *found)


def begin(request: WSGIRequest) -> bool:
    """Lets the layers of MIDDLEWARE begin; False where one of them refuses the request."""
    refusing, beginning, _ = layers()
    for layer in refusing:
        if layer.refuse(request):
            return False
    begun = request.META[BEGUN]
    for layer in beginning:
        begun[type(layer)] = layer.begin(request)
    return True


def answer(request: WSGIRequest, route: Route, arguments: dict[str, Any]) -> Answer | None:
    """What the view's method answers, as the layers of MIDDLEWARE finish it."""
    set_script_prefix(request.META["SCRIPT_NAME"])
    CURRENT.route = route.name
    response = respond(request, route, arguments)
    if response is None:
        return None
    status, headers, content = response
    if finishing := layers().finishing:
        begun = request.META[BEGUN]
        finished = FitHeaders(headers)
        for layer in finishing:
            layer.finish(request, begun.get(type(layer)), status, finished)
        return line_of(status), finished.pairs(), content
    return line_of(status), [*headers.items()], content


def line_of(status: int) -> str:
    return STATUS_LINES.get(status) or f"{status} Unknown Status Code"


def respond(request: WSGIRequest, route: Route, arguments: dict[str, Any]) -> Response | None:
    """What the view's method answers; None where the full stack has to begin anew."""
    trust_connection(True)  # our own query is the check
    try:
        return rendered(request, route, run(request, route, arguments))
    except EXPECTED:
        return None
    except LOST_CONNECTION:
        trust_connection(False)  # the full stack looks after the connection first
        return None
    except Exception:
        logger.exception("The fast path failed for %s %s.", request.method, request.path)
        if request.method == "GET":
            return None
        # The write may have happened, so nothing is done a second time.
        error = server_error(request)
        return error.status_code, {**error.headers, **usual_headers(request.is_secure())}, error.content


def trust_connection(is_healthy: bool) -> None:
    connection.health_check_done = is_healthy  # type: ignore[attr-defined]  # missing in the stubs


def run(request: WSGIRequest, route: Route, arguments: dict[str, Any]) -> tuple[Payload, bool]:
    """The view's payload, and whether the caller sent a credential. Raises what the view raises."""
    view = route.view_class(**route.initkwargs)
    has_credential = "HTTP_AUTHORIZATION" in request.META
    parsers = () if request.method == "GET" else view.get_parsers()
    authenticators = view.get_authenticators() if has_credential else ()
    drf_request = Request(request, parsers, authenticators, parser_context={"view": view})
    if not has_credential:
        # As REST framework does without authenticators, in more steps.
        drf_request.user = api_settings.UNAUTHENTICATED_USER()  # type: ignore[operator]  # no text, as the stubs say
        drf_request.auth = None
    drf_request.version = route.dialect
    view.request, view.args, view.kwargs, view.format_kwarg = drf_request, (), arguments, None
    view.action_map, view.action = route.action_map, route.action
    view.check_permissions(drf_request)
    return route.method(view, drf_request, **arguments), has_credential


def rendered(request: WSGIRequest, route: Route, result: tuple[Payload, bool]) -> Response:
    payload, has_credential = result
    content = RENDERER.render(payload.data)
    headers = dict(usual_headers(request.is_secure()))
    if request.method == "GET" and payload.status == 200:
        headers |= conditional.headers_of(content, has_credential=has_credential)
        tag_of_client = request.META.get("HTTP_IF_NONE_MATCH")
        if tag_of_client is not None and conditional.is_current(tag_of_client, headers["ETag"]):
            headers["ETag"] = conditional.tag_kept(tag_of_client, headers["ETag"])
            headers.pop(POLICY, None)
            return 304, headers, b""
    headers |= fit(payload.headers)
    headers["Content-Length"], headers["Content-Type"], headers["Allow"] = str(len(content)), JSON, route.allow
    if "ETag" in headers and compression.applies(len(content), request.META.get("HTTP_ACCEPT_ENCODING")):
        content, about = compression.compressed(content, headers["ETag"])
        headers |= about
    return payload.status, headers, content
