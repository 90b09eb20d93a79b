"""Which requests are plain. Whatever is not goes to Django's full stack untouched."""

import re
from functools import lru_cache
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import QueryDict
from django.utils.http import parse_header_parameters
from rest_framework.settings import api_settings

from rest.environ import LONGEST_HEADER
from rest.errors import JSON
from rest.refusals import REFUSAL
from rest.strict import Parameters, is_understood

Environ = dict[str, Any]
NO_BODY = {None, "", "0"}  # what CONTENT_LENGTH is without one
LONGEST_QUERY = 100  # characters: what clients ask again and again; too many parameters do not fit into it
SHORT_BODY = re.compile(r"[1-9][0-9]{0,3}")  # bytes: what is read at once, and can be read again by the full stack


def is_plain(environ: Environ) -> bool:
    """Whether the method, the conditions and the body are what the fast path understands.

    What is accepted makes no difference: `rest.negotiation`.
    """
    if "HTTP_TRANSFER_ENCODING" in environ or REFUSAL in environ:
        return False
    if "HTTP_IF_MATCH" in environ or "HTTP_IDEMPOTENCY_KEY" in environ:
        return False
    if environ["REQUEST_METHOD"] == "GET":
        return environ.get("CONTENT_LENGTH") in NO_BODY
    if "HTTP_IF_NONE_MATCH" in environ:
        return False
    return environ["REQUEST_METHOD"] in ("POST", "PUT") and has_plain_body(environ)


def has_plain_body(environ: Environ) -> bool:
    """Whether there is no body, or a short one in JSON."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if length == "0":
        return True
    is_short = bool(SHORT_BODY.fullmatch(length)) and int(length) <= settings.MAX_BODY_BYTES
    return is_short and is_json(environ.get("CONTENT_TYPE", ""))


def is_json(content_type: str) -> bool:
    """Whether a body of that type is JSON in UTF-8."""
    return content_type == JSON or (len(content_type) <= LONGEST_HEADER and is_json_in_utf8(content_type))


@lru_cache(maxsize=256)
def is_json_in_utf8(content_type: str) -> bool:
    try:
        kind, parameters = parse_header_parameters(content_type)
    except ValueError:
        return False
    charset = parameters.pop("charset", "utf-8")
    return kind == JSON and not parameters and charset.lower() in ("utf-8", "utf8")


def plain_request(environ: Environ) -> WSGIRequest:
    """Django's request for a plain one. `environ` stays as it is, but for a body in memory that can be read again."""
    copy = {**environ}  # WSGIRequest changes what it is given, and the full stack may need it
    copy.pop("CONTENT_TYPE", None)
    if environ.get("CONTENT_LENGTH") not in NO_BODY:
        copy["CONTENT_TYPE"] = JSON
        if not isinstance(environ["wsgi.input"], BytesIO):
            environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        copy["wsgi.input"] = environ["wsgi.input"]
    request = WSGIRequest(copy)
    query = copy.get("QUERY_STRING", "")
    if len(query) <= LONGEST_QUERY:
        request.GET = known_query(query)  # type: ignore[assignment]  # the stubs have a type for unchangeable ones
    return request


@lru_cache(maxsize=1024)
def known_query(query: str) -> QueryDict:
    """A query as Django reads it. It cannot be changed, so that requests can share it."""
    return QueryDict(query.encode("latin-1"), encoding=settings.DEFAULT_CHARSET)


def is_unusual(request: WSGIRequest, parameters: Parameters | None) -> bool:
    """Whether the settings or the query ask for what only the full stack does; `parameters` are those of the route."""
    if settings.PREPEND_WWW or (settings.SECURE_SSL_REDIRECT and not request.is_secure()):
        return True
    if settings.DISALLOWED_USER_AGENTS and has_disallowed_agent(request):
        return True
    if not request.META.get("QUERY_STRING"):
        return False
    return api_settings.URL_FORMAT_OVERRIDE in request.GET or not is_understood(request.GET, parameters)


def has_disallowed_agent(request: WSGIRequest) -> bool:
    agent = request.META.get("HTTP_USER_AGENT", "")
    return any(pattern.search(agent) for pattern in settings.DISALLOWED_USER_AGENTS)
