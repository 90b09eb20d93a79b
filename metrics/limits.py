"""What an answer says about the limits that it was counted by: `RateLimit` and `RateLimit-Policy`.

They are structured fields (RFC 9651), as draft-ietf-httpapi-ratelimit-headers has them:

    RateLimit-Policy: "login";q=30;w=60
    RateLimit: "login";r=29;t=42
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.http import HttpRequest, HttpResponseBase

from metrics.measures import measures

LIMITS = "metrics.limits"  # in the WSGI environ: name of a limit → what became of it for this request


class Limit(NamedTuple):
    """A limit as one caller has it: `quota` uses in `window` seconds, of which `left` are left for `reset` seconds."""

    name: str
    quota: int
    window: int
    left: int
    reset: int
    is_refused: bool = False


def limits_of(request: HttpRequest) -> dict[str, Limit]:
    """By name, the limits that this request was counted by. Whoever counts it puts them in."""
    limits: dict[str, Limit] = request.META.setdefault(LIMITS, {})
    return limits


def headers_of(limits: Iterable[Limit]) -> dict[str, str]:
    """`RateLimit` and `RateLimit-Policy`; nothing where there is no limit."""
    known = [*limits]
    if not known:
        return {}
    return {
        "RateLimit-Policy": ", ".join(f'"{limit.name}";q={limit.quota};w={limit.window}' for limit in known),
        "RateLimit": ", ".join(f'"{limit.name}";r={limit.left};t={limit.reset}' for limit in known),
    }


class RateLimitMiddleware:
    """Writes them on every answer to a request that was counted, refusals among them, and counts these for /metrics.

    It is no AnswerLayer, because the fast path answers for nothing that is limited by a throttle.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        limits = limits_of(request)  # made here, so that requests that are remade of this one share it
        response = self.get_response(request)
        for limit in limits.values():
            if limit.is_refused:
                measures.count("throttled", limit.name)
        for name, value in headers_of(limits.values()).items():
            response.headers[name] = value
        return response
