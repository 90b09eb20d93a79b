"""Size on the wire: answers in JSON or YAML are sent compressed to clients that take gzip.

Only what is read is compressed, and what nobody may store (`no-store`) never: it holds secrets, and beside text that a
stranger chose their compressed length tells them letter by letter (BREACH). So logins and refreshed tokens, which are
answers to POST and `no-store`, go out as they are. Pages of HTML do so too.

A compressed answer has a tag of its own. It is the other's with a suffix, and either names the same state.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from isal import isal_zlib

from rest.environ import LONGEST_HEADER

SMALLEST = 1000  # bytes: below that there is little to gain
LEVEL = 1
GZIP_FORMAT = 31  # zlib's name for it
KINDS = re.compile(r"application/(?:json|yaml|[a-z]+\+json)(?:;.*)?")
QUALITY = re.compile(r"\s*q=([01](?:\.[0-9]{0,3})?)\s*")
SUFFIX = '-gzip"'


def applies(length: int, accept_encoding: str | None) -> bool:
    """Whether a body of so many bytes goes out compressed to a client that accepts that."""
    return (
        accept_encoding is not None
        and settings.COMPRESSION
        and length >= SMALLEST
        and len(accept_encoding) <= LONGEST_HEADER
        and takes_gzip(accept_encoding)
    )


@lru_cache(maxsize=256)
def takes_gzip(accept_encoding: str) -> bool:
    """Whether gzip is accepted, and no less than the body as it is."""
    quality = {}
    for part in accept_encoding.lower().split(","):
        coding, _, parameter = part.partition(";")
        weight = QUALITY.fullmatch(parameter)
        quality[coding.strip()] = float(weight[1]) if weight else float(not parameter.strip())
    gzip = quality.get("gzip", quality.get("x-gzip", quality.get("*", 0)))
    return gzip > 0 and gzip >= quality.get("identity", 0)


def tag_of_compressed(tag: str) -> str:
    return tag[:-1] + SUFFIX


def compressed(content: bytes, tag: str | None) -> tuple[bytes, dict[str, str]]:
    """The body compressed, and the headers that say so. `tag` is the ETag of the body as it is."""
    content = isal_zlib.compress(content, LEVEL, GZIP_FORMAT)
    headers = {"Content-Encoding": "gzip", "Content-Length": str(len(content))}
    return content, headers | {"ETag": tag_of_compressed(tag)} if tag else headers


class CompressionMiddleware:
    """Compresses in the full stack what the fast path compresses by the same functions."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.COMPRESSION:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method in ("GET", "HEAD") and response.status_code == 200 and is_compressible(response):
            patch_vary_headers(response, ["Accept-Encoding"])
            if applies(len(response.content), request.META.get("HTTP_ACCEPT_ENCODING")):
                response.content, headers = compressed(response.content, response.headers.get("ETag"))
                for name, value in headers.items():
                    response.headers[name] = value
        return response


def is_compressible(response: HttpResponse) -> bool:
    return (
        not response.streaming
        and bool(KINDS.fullmatch(response.headers.get("Content-Type", "")))
        and "Content-Encoding" not in response.headers
        and "no-store" not in response.headers.get("Cache-Control", "")
    )
