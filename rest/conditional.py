"""Conditional requests: ETag, 304, and what caches may keep.

The tag is a digest of the body. It is exact whatever the body depends on, and costs a fiftieth of making the body.
Caches always ask again (`no-cache`), since anything may have changed. Shared caches keep only what anybody may see
(`public`), and never give one caller's answer to another (`Vary: Authorization`).
"""

from collections.abc import Callable
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import parse_etags

JSON = "application/json"
DEPENDS_ON = "Authorization"


def headers_of(content: bytes, *, has_credential: bool) -> dict[str, str]:
    """`ETag`, `Cache-Control` and `Vary` of an answer with this body."""
    return {
        "ETag": f'"{sha256(content).hexdigest()[:32]}"',
        "Cache-Control": f"{'private' if has_credential else 'public'}, no-cache",
        "Vary": DEPENDS_ON,
    }


def is_current(if_none_match: str, tag: str) -> bool:
    """Whether `If-None-Match` names the tag. Tags are compared weakly, as RFC 9110 asks."""
    if if_none_match == tag:  # as nearly all send it
        return True
    return if_none_match.strip() == "*" or tag in (kept.removeprefix("W/") for kept in parse_etags(if_none_match))


class ConditionalMiddleware:
    """Tags every JSON answer to a GET, and answers 304 where the client has it already."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in ("GET", "HEAD") or response.status_code != 200 or response.streaming:
            return response
        if response.headers.get("Content-Type") != JSON or "Cache-Control" in response.headers:
            return response
        about = headers_of(response.content, has_credential="HTTP_AUTHORIZATION" in request.META)
        patch_vary_headers(response, [about.pop("Vary")])
        for name, value in about.items():
            response.headers[name] = value
        conditional = get_conditional_response(request, etag=about["ETag"], response=response)
        assert conditional is not None  # it would be, without a response
        return conditional
