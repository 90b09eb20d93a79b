"""Errors and their shapes: RFC 9457 problem details in the canonical API, DRF's own in the dialects."""

import json
import sys
from collections.abc import Iterator
from math import ceil
from typing import Any, ClassVar
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import DisallowedHost, SuspiciousOperation
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.module_loading import import_string
from rest_framework.exceptions import APIException, ErrorDetail, ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from rest import problems
from rest.database import outages
from rest.database.outages import outage_of
from rest.dialects import dialect_below, dialect_of
from rest.exceptions import CredentialRefused, TokenNotValid, scheme_of
from rest.request_ids import current_request_id

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"

# --- JSON schemas of the bodies ---

STRING = {"type": "string"}
CODE = {
    "type": "string",
    "description": "With a 401: `token_not_valid` where a credential was refused, so that it has to be renewed; "
    "`second_factor_required` where the password was right and a code is wanted.",
}
DETAIL = {"type": "object", "properties": {"detail": STRING, "code": CODE}, "required": ["detail"]}
# Lists and nested bodies have nested errors, so that only the outer form is certain.
FIELD_ERRORS = {
    "type": "object",
    "properties": {"detail": {**STRING, "description": "What is wrong with a body that cannot be read at all."}},
    "additionalProperties": True,
    "description": "For each wrong field an array of what is wrong with it; `non_field_errors` for the whole.",
}
FIELD_PROBLEM = dict.fromkeys(("field", "pointer", "detail", "code"), STRING)
KIND = {
    "type": {
        **STRING,
        "description": "The kind of problem: the path of the page that says what it means and what to do.",
    },
    "title": {**STRING, "description": "The kind in a few words, the same each time."},
    "status": {"type": "integer"},
    "detail": {**STRING, "description": "What is wrong with this request, for people."},
    "instance": {**STRING, "description": "The path that was asked."},
    "code": {**STRING, "description": "The kind for programs. It stays as it is."},
    "request_id": {**STRING, "description": "The `X-Request-ID` of this answer, by which the server's log finds it."},
}
PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457). `errors` is there where fields are wrong.",
    "properties": {
        **KIND,
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": FIELD_PROBLEM, "required": list(FIELD_PROBLEM)},
        },
    },
    "required": list(KIND),
}


class ErrorShape:
    """How a dialect writes its errors. `Dialect.errors` names one."""

    media_type: ClassVar[str]

    @staticmethod
    def body(status_code: int, data: Any, instance: str) -> Any:
        """The body of an error: `data` is what DRF would send, `instance` the path that was asked."""
        raise NotImplementedError

    @staticmethod
    def schema(data: Any) -> tuple[str, dict[str, Any]]:
        """The name and the JSON schema that bodies for such `data` have in Swagger."""
        raise NotImplementedError


class DRFErrors(ErrorShape):
    """`{"detail": …}`, or `{"field": ["message"]}` for wrong fields."""

    media_type = JSON

    @staticmethod
    def body(status_code: int, data: Any, instance: str) -> Any:
        return data

    @staticmethod
    def schema(data: Any) -> tuple[str, dict[str, Any]]:
        return ("Detail", DETAIL) if is_detail(data) else ("FieldErrors", FIELD_ERRORS)


class ProblemDetails(ErrorShape):
    """RFC 9457, with a code, the request's id and, for wrong fields, `errors`: see `problem()`."""

    media_type = PROBLEM_JSON

    @staticmethod
    def body(status_code: int, data: Any, instance: str) -> Any:
        return problem(status_code, data, instance)

    @staticmethod
    def schema(data: Any) -> tuple[str, dict[str, Any]]:
        return "Problem", PROBLEM


def error_shape(request: HttpRequest | Request) -> type[ErrorShape]:
    """That of the dialect which the path belongs to; elsewhere DRF's own."""
    dialect = dialect_of(request)
    return import_string(dialect.errors) if dialect else DRFErrors


def wrong_error_shapes() -> Iterator[str]:
    """What is wrong with the `errors` of the dialects, a sentence each."""
    for dialect in settings.DIALECTS.values():
        try:
            shape = import_string(dialect.errors)
        except ImportError as error:
            yield f"The dialect {dialect.name!r} has errors={dialect.errors!r}, which cannot be imported: {error}."
        else:
            if not (isinstance(shape, type) and issubclass(shape, ErrorShape)):
                yield f"The dialect {dialect.name!r} has errors={dialect.errors!r}, which is no rest.errors.ErrorShape."


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turns every expected error into a reply in the caller's dialect; None (a 500) for the unexpected."""
    request = context["request"]
    if isinstance(error, SuspiciousOperation):
        error = ParseError(str(error))
    elif isinstance(error, IntegrityError) and login_has_ended(request):
        error = TokenNotValid("The account was deleted or logged out meanwhile.")
    elif refusal := outage_of(error):
        outages.report("A request could not be answered.", error)
        error = refusal
    if isinstance(error, CredentialRefused):
        error.auth_header = error.challenge(scheme_of(request) or "Bearer")
    response = drf_exception_handler(error, context)
    if response is None:
        return None
    shape = error_shape(request)
    response.data = shape.body(response.status_code, response.data, request.path)
    if shape.media_type != JSON:
        response.content_type = shape.media_type
    return response


def login_has_ended(request: Request) -> bool:
    """Whether the login that this request came with is gone: what it wrote for its user then refers to nobody."""
    login = request.auth
    return login is not None and not type(login).objects.filter(pk=login.pk).exists()


def is_detail(data: Any) -> bool:
    """Whether an error is one message for the whole: `{"detail": …}`, for a refused credential with a `code`."""
    return isinstance(data, dict) and "detail" in data and set(data) <= {"detail", "code"}


def problem(status_code: int, data: Any, instance: str) -> dict[str, Any]:
    """RFC 9457: `{"type","title","status","detail","instance","code","request_id"}`, for wrong fields `"errors"`.

    An error is `{"field": "movies.0.title", "pointer": "#/movies/0/title", "detail": …, "code": …}`.
    """
    if is_detail(data):
        return described(status_code, code_of(data), str(data["detail"]), instance)
    errors = [
        {
            "field": ".".join(trail) or "non_field_errors",
            "pointer": pointer_to(trail),
            "detail": str(detail),
            "code": getattr(detail, "code", problems.INVALID),
        }
        for trail, detail in leaves(data)
    ]
    summary = "; ".join(f"{error['field']}: {error['detail']}" for error in errors[:5])
    return {**described(status_code, problems.INVALID, summary, instance), "errors": errors}


def described(status_code: int, code: str, detail: str, instance: str) -> dict[str, Any]:
    return {
        "type": problems.type_of(code),
        "title": problems.title_of(code, status_code),
        "status": status_code,
        "detail": detail,
        "instance": instance,
        "code": code,
        "request_id": current_request_id(),
    }


def code_of(data: dict[str, Any]) -> str:
    """The code of an error that is one message. Raises AttributeError where whoever phrased it gave none."""
    return str(data["code"] if "code" in data else data["detail"].code)


def pointer_to(trail: tuple[str, ...]) -> str:
    """The way into the body as a JSON pointer (RFC 6901) in a fragment, as RFC 9457 shows it."""
    steps = (quote(step.replace("~", "~0").replace("/", "~1"), safe="~") for step in trail)
    return "#" + "".join(f"/{step}" for step in steps)


def leaves(data: Any, trail: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every message in DRF's nested errors, with the way to it."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, trail if key == "non_field_errors" else (*trail, str(key)))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            is_nested = isinstance(value, (dict, list))
            yield from leaves(value, (*trail, str(index)) if is_nested else trail)
    else:
        yield trail, data


def set_retry_after(response: HttpResponse, error: APIException) -> None:
    """Writes the header of a 429 or 503, where the error says how many seconds to wait."""
    seconds = getattr(error, "wait", None)
    if seconds is not None:
        response.headers["Retry-After"] = str(ceil(seconds))


def plain_error(request: HttpRequest, status_code: int, detail: str, code: str) -> HttpResponse:
    """An error outside any view, in the shape of the mount that the path belongs to. `code` is one of the problems'."""
    return error_outside(request, status_code, {"detail": ErrorDetail(detail, code)})


def error_outside(request: HttpRequest, status_code: int, data: Any) -> HttpResponse:
    """The same for `data` as DRF would send it: the wrong fields, for instance."""
    return error_response(error_shape(request), request, status_code, data)


def error_response(shape: type[ErrorShape], request: HttpRequest, status_code: int, data: Any) -> HttpResponse:
    body = shape.body(status_code, data, request.path)
    response = JsonResponse(body, safe=False, status=status_code, content_type=shape.media_type)
    response.headers["Content-Length"] = str(len(response.content))  # which no outer layer adds
    return response


def failure(path: str, status_code: int, detail: str) -> tuple[str, bytes]:
    """The media type and the body where the application itself has failed, so that no address is resolved any more.

    `path` alone says whose shape it is: that of the dialect which has all below its prefix, elsewhere DRF's own.
    """
    dialect = dialect_below(path.removeprefix(settings.PATH_PREFIX))
    shape = import_string(dialect.errors) if dialect else DRFErrors
    body = shape.body(status_code, {"detail": ErrorDetail(detail, problems.INTERNAL_ERROR)}, path)
    return shape.media_type, json.dumps(body).encode()


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, DisallowedHost):
        name = "The server does not go by the name that the Host header has."
        return plain_error(request, 400, name, problems.DISALLOWED_HOST)
    return plain_error(request, 400, "Bad request.", problems.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    sentence = "You do not have permission to perform this action."
    return plain_error(request, 403, sentence, problems.PERMISSION_DENIED)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_error(request, 404, "Not found.", problems.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """What is answered to whatever no view has answered for: an outage, or a fault of ours.

    Django calls it while it handles the exception, and does not hand it on.
    """
    refusal = outage_of(sys.exception())
    if refusal is None:
        return plain_error(request, 500, "A server error occurred.", problems.INTERNAL_ERROR)
    response = plain_error(request, refusal.status_code, str(refusal.detail), str(refusal.default_code))
    set_retry_after(response, refusal)
    return response
