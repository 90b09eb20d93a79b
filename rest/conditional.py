"""Conditional requests: ETag, 304, and what caches may keep.

The tag is a digest of the body. It is exact whatever the body depends on, and costs a fiftieth of making the body.
Caches always ask again (`no-cache`), since anything may have changed. Shared caches keep only what anybody may see
(`public`), and never give one caller's answer to another (`Vary: Authorization`).
"""

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from rest.compression import tag_of_compressed
from rest.database.locks import wait_for_turn
from rest.environ import remade
from rest.errors import JSON, plain_error

KEPT_BY_304 = ("ETag", "Cache-Control", "Vary")
HAS_CHANGED = "It is no longer what If-Match names: read it again."


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
        return self.change(request) if "HTTP_IF_MATCH" in request.META else self.get_response(request)

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
            return has_changed(request, tag)
        if "HTTP_IF_NONE_MATCH" in request.META and is_current(request.META["HTTP_IF_NONE_MATCH"], tag):
            kept = {name: response.headers[name] for name in KEPT_BY_304 if name in response.headers}
            kept["ETag"] = tag_kept(request.META["HTTP_IF_NONE_MATCH"], tag)
            return HttpResponseNotModified(headers=kept)
        return response

    def change(self, request: HttpRequest) -> HttpResponse:
        """A change on the condition that the address still answers GET with the tag in `If-Match`.

        It is one transaction with the comparison, so that of several such changes one is done.
        """
        with transaction.atomic():
            wait_for_turn(lock_number(request.path_info))
            now = self.get_response(reading(request))
            if now.status_code >= 400 and now.status_code != 405:
                return now  # there is nothing to change, or not for this caller
            tag = self.tagged(request, now).headers.get("ETag")
            if not is_unchanged(request.META["HTTP_IF_MATCH"], tag):
                return has_changed(request, tag)
            return self.get_response(request)


def lock_number(address: str) -> int:
    """What PostgreSQL locks for an address: a number, because the address may hold what no text there may."""
    return int.from_bytes(sha256(address.encode()).digest()[:8], signed=True)


def reading(request: HttpRequest) -> WSGIRequest:
    """The request that asks for the same address, for the same caller."""
    asked = {"REQUEST_METHOD": "GET", "CONTENT_LENGTH": "0", "wsgi.input": BytesIO()}
    return remade(request, **asked)


def has_changed(request: HttpRequest, tag: str | None) -> HttpResponse:
    response = plain_error(request, 412, HAS_CHANGED)
    if tag:
        response.headers["ETag"] = tag
    return response
