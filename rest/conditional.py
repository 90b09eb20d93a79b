"""Conditional requests: ETag, 304, and what caches may keep.

The tag is a digest of the body. It is exact whatever the body depends on, and costs a fiftieth of making the body.
Caches always ask again (`no-cache`), since anything may have changed. Shared caches keep only what anybody may see
(`public`), and never give one caller's answer to another (`Vary: Authorization`).
"""

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.handlers.wsgi import WSGIRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import Resolver404, resolve
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from rest_framework.exceptions import APIException

from rest.compression import tag_of_compressed
from rest.database.locks import wait_for_turn
from rest.database.undo import undoable
from rest.environ import remade
from rest.errors import JSON, plain_error
from rest.problems import PRECONDITION_FAILED

KEPT_BY_304 = ("ETag", "Cache-Control", "Vary")
HAS_CHANGED = "It is no longer what If-Match names: read it again."
HAS_NO_TAG = "This address cannot be read, so that it has no tag: send the request without If-Match."
IS_THERE = "It is there already, as If-None-Match names it."
CONDITIONS = {"HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH"}
UNREADABLE, MISSING = {405}, {404, 405}  # statuses of a GET after which the change may go on, with and without If-Match


def headers_of(content: bytes, *, has_credential: bool) -> dict[str, str]:
    """`ETag`, `Cache-Control` and `Vary` of an answer with this body."""
    return {
        "ETag": f'"{sha256(content).hexdigest()[:32]}"',
        "Cache-Control": f"{'private' if has_credential else 'public'}, no-cache",
        "Vary": "Authorization, Accept-Encoding" if settings.COMPRESSION else "Authorization",
    }


def is_current(if_none_match: str, tag: str) -> bool:
    """Whether `If-None-Match` names the tag. Tags are compared weakly, as RFC 9110 asks."""
    either = tag, tag_of_compressed(tag)
    if if_none_match in either:  # as nearly all send it
        return True
    kept = [one.removeprefix("W/") for one in parse_etags(if_none_match)]
    return if_none_match.strip() == "*" or any(one in kept for one in either)


def tag_kept(if_none_match: str, tag: str) -> str:
    """The tag that a 304 names: of the two, the one that the client has."""
    of_compressed = tag_of_compressed(tag)
    return of_compressed if of_compressed in if_none_match else tag


def is_unchanged(if_match: str, tag: str | None) -> bool:
    """Whether `If-Match` names the tag; None is that of nothing. Weak tags are never the same, as RFC 9110 asks."""
    if tag is None:
        return False
    named = parse_etags(if_match)
    return if_match.strip() == "*" or tag in named or tag_of_compressed(tag) in named


class ConditionalMiddleware:
    """Tags every JSON answer to a GET, answers 304 where the client has it, and 412 where it is not what was meant.

    Nothing has a date of its last change. So `If-Modified-Since` and `If-Unmodified-Since` are left alone, as RFC 9110
    asks of such resources.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return self.answer(request, self.tagged(request, self.get_response(request)))
        return self.change(request) if CONDITIONS & request.META.keys() else self.get_response(request)

    def tagged(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.status_code != 200 or response.streaming or "Cache-Control" in response.headers:
            return response
        if response.headers.get("Content-Type") == JSON:
            about = headers_of(response.content, has_credential="HTTP_AUTHORIZATION" in request.META)
            patch_vary_headers(response, [about.pop("Vary")])
            for name, value in about.items():
                response.headers[name] = value
        return response

    def answer(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """The answer, or that the client has it (304), or that it is not the one that the client means (412)."""
        tag = response.headers.get("ETag")
        if tag is None or response.streaming:
            return response
        if "HTTP_IF_MATCH" in request.META and not is_unchanged(request.META["HTTP_IF_MATCH"], tag):
            return condition_failed(request, HAS_CHANGED, tag)
        if "HTTP_IF_NONE_MATCH" in request.META and is_current(request.META["HTTP_IF_NONE_MATCH"], tag):
            kept = {name: response.headers[name] for name in KEPT_BY_304 if name in response.headers}
            kept["ETag"] = tag_kept(request.META["HTTP_IF_NONE_MATCH"], tag)
            return HttpResponseNotModified(headers=kept)
        return response

    def change(self, request: HttpRequest) -> HttpResponse:
        """A change on a condition about what the address answers to GET.

        The comparison and the change are one transaction, which begins with the locks that the change takes anyway. So
        nobody's change, by whichever address, comes between the two.
        """
        view = view_of(request)
        if view is not None and not is_let_in(view):
            return self.get_response(request)  # which is refused, whatever its condition
        with undoable():
            wait_for_turn(lock_number(request.path_info))
            if hasattr(view, "lock_rows"):
                view.lock_rows()
            return self.objection(request) or self.changed(request)

    def objection(self, request: HttpRequest) -> HttpResponse | None:
        """Why the change is not done: the condition does not hold, or there is nothing that it could be about."""
        if_match, if_none_match = request.META.get("HTTP_IF_MATCH"), request.META.get("HTTP_IF_NONE_MATCH")
        now = self.get_response(reading(request))
        if now.status_code >= 400 and now.status_code not in (UNREADABLE if if_match else MISSING):
            return now  # there is nothing to change, or it cannot be read now
        tag = self.tagged(request, now).headers.get("ETag")
        if if_match is not None and not is_unchanged(if_match, tag):
            return condition_failed(request, HAS_CHANGED if tag else HAS_NO_TAG, tag)
        if if_none_match is not None and tag is not None and is_current(if_none_match, tag):
            return condition_failed(request, IS_THERE, tag)
        return None

    def changed(self, request: HttpRequest) -> HttpResponse:
        """The change, done. After a PATCH the answer has the tag of what there is now, for the next change.

        After a PUT it has none: RFC 9110 (9.3.4) allows that only where what was sent is kept byte by byte.
        """
        response = self.get_response(request)
        if request.method == "PATCH" and response.status_code == 200:
            now = self.tagged(request, self.get_response(reading(request)))
            if "ETag" in now.headers:
                response.headers["ETag"] = now.headers["ETag"]
        return response


def view_of(request: HttpRequest) -> Any:
    """The view that the request goes to, as the router makes it, before it has seen the request; None for other views.

    It gets a copy of the request, without its body.
    """
    asked = without_body(request, str(request.method))
    try:
        match = asked.resolver_match = resolve(request.path_info)
    except Resolver404:
        return None
    handler: Any = match.func
    action = getattr(handler, "actions", {}).get(str(request.method).lower())
    if action is None:
        return None
    view = handler.cls(**handler.initkwargs)
    view.action_map, view.args, view.kwargs = handler.actions, match.args, match.kwargs
    view.request = view.initialize_request(asked, *match.args, **match.kwargs)
    view.format_kwarg = None
    return view


def is_let_in(view: Any) -> bool:
    """Whether the view's credentials, permissions and limits let the request in. What is counted is counted once."""
    try:
        view.initial(view.request, *view.args, **view.kwargs)
    except (APIException, Http404, PermissionDenied):
        return False
    return True


def lock_number(address: str) -> int:
    """What PostgreSQL locks for an address: a number, because the address may hold what no text there may."""
    return int.from_bytes(sha256(address.encode()).digest()[:8], signed=True)


def reading(request: HttpRequest) -> WSGIRequest:
    """The request that asks for the same address, for the same caller."""
    return without_body(request, "GET")


def without_body(request: HttpRequest, method: str) -> WSGIRequest:
    return remade(request, **{"REQUEST_METHOD": method, "CONTENT_LENGTH": "0", "wsgi.input": BytesIO()})


def condition_failed(request: HttpRequest, detail: str, tag: str | None) -> HttpResponse:
    response = plain_error(request, 412, detail, PRECONDITION_FAILED)
    if tag:
        response.headers["ETag"] = tag
    return response
