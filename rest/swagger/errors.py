"""The error responses of an operation, in the shape of its dialect."""

from typing import Any

from drf_yasg import openapi
from rest_framework.exceptions import APIException, ErrorDetail

from rest import problems
from rest.errors import ErrorShape
from rest.exceptions import Busy, LengthRequired, ReadTooSlow, TokenNotValid
from rest.swagger.shapes import from_json_schema

NO_CREDENTIAL = ErrorDetail("Authentication credentials were not provided.", "not_authenticated")
BAD_CREDENTIAL = ErrorDetail("The token is not valid.", TokenNotValid.default_code)
REQUIRED = ErrorDetail("This field is required.", "required")
BLANK = ErrorDetail("This field may not be blank.", "blank")
NOT_ALLOWED = "You do not have permission to perform this action."
NOT_FOUND = "Not found."
NO_PAGE = "Invalid page."
THROTTLED = "Request was throttled. Expected available in 42 seconds."
TOO_SLOW = ErrorDetail(str(ReadTooSlow(2, ["ordering"]).detail), problems.TOO_SLOW)
MEANINGLESS = "verbose"  # a query parameter that no endpoint has
BUSY = str(Busy.default_detail)
REQUEST_ID = "0f8fad5bd9cb469fa16570867728950e"
# The kind of a text that has no code of its own, by status.
USUAL = {
    400: problems.PARSE_ERROR,
    401: problems.NOT_AUTHENTICATED,
    403: problems.PERMISSION_DENIED,
    404: problems.NOT_FOUND,
    409: problems.QUOTA_REACHED,
    411: problems.LENGTH_REQUIRED,
    412: problems.PRECONDITION_FAILED,
    413: problems.TOO_LARGE,
    414: problems.QUERY_TOO_LONG,
    415: problems.UNSUPPORTED_MEDIA_TYPE,
    429: problems.THROTTLED,
    431: problems.HEADERS_TOO_LONG,
    503: problems.BUSY,
}
# What any change can be told before its view sees it.
OF_CHANGES = {
    400: ErrorDetail("Idempotency-Key is not 1 to 255 visible ASCII characters.", problems.INVALID_IDEMPOTENCY_KEY),
    411: LengthRequired.default_detail,
    413: "The body is longer than 2500000 bytes.",
    415: 'Unsupported media type "text/plain" in request.',
}
# And where a key has an effect.
OF_KEYS = {
    409: ErrorDetail(
        "The first request with this Idempotency-Key has not been answered yet: send it again in a moment.",
        problems.IDEMPOTENCY_KEY_IN_USE,
    ),
    422: ErrorDetail("This Idempotency-Key was sent with another request.", problems.IDEMPOTENCY_KEY_REUSED),
}
CHANGING = ("POST", "PUT", "PATCH", "DELETE")
RETRY_AFTER = {"type": "integer", "description": "Seconds until the next attempt has a chance."}
RATE_LIMIT = {
    "RateLimit": {"type": "string", "description": 'What is left of each limit, and how long: `"login";r=29;t=42`.'},
    "RateLimit-Policy": {"type": "string", "description": 'Uses in how many seconds: `"login";q=30;w=60`.'},
}

DESCRIPTIONS = {
    400: "What was sent is wrong, and nothing has changed",
    401: "No credential, or one that is not alive",
    403: "Not yours to do, or a personal access token whose scopes do not reach",
    404: "There is no such thing",
    409: "The first request with the same `Idempotency-Key` is being answered; or your account is not in a state for "
    "this, or has reached a limit; nothing has changed",
    411: "The body's length is missing",
    412: "It is no longer what `If-Match` names, or there already as `If-None-Match` says; nothing has changed",
    413: "The body is too large, or your account would keep more than it may; nothing has changed",
    415: "The body is of a type, or encoded in a way, that is not taken",
    422: "The `Idempotency-Key` belongs to another request",
    429: "Too many requests",
    431: "The address and the headers are too long together",
    503: "Too much at the moment, or too slow; nothing has changed",
}

HEADERS = {429: {"Retry-After": RETRY_AFTER, **RATE_LIMIT}, 503: {"Retry-After": RETRY_AFTER}}


def said_by(kind: type[APIException]) -> ErrorDetail:
    """What an exception says where nothing more is said."""
    return ErrorDetail(str(kind.default_detail), str(kind.default_code))


def detail(status: int, message: str) -> dict[str, str]:
    """The error as REST framework has it, where nothing but this message is said."""
    code = getattr(message, "code", None) or USUAL[status]
    said: dict[str, str] = {"detail": ErrorDetail(message, code)}
    return {**said, "code": code} if code == TokenNotValid.default_code else said


def error_response(
    shape: type[ErrorShape], code: int, data: dict[str, Any], path: str, definitions: openapi.ReferenceResolver
) -> openapi.Response:
    """`data` is the error as REST framework has it: `{"detail": …}`, or `{field: [message, …]}`."""
    example = shape.body(code, data, path)
    if "request_id" in example:
        example["request_id"] = REQUEST_ID  # not that of the request for the document
    name, schema = shape.schema(data)
    definitions.setdefault(name, lambda: from_json_schema(schema))
    return openapi.Response(
        DESCRIPTIONS[code],
        # The example twice: Swagger UI looks for that of the media type asked for, which a problem's is not.
        schema=openapi.Schema(type=openapi.TYPE_OBJECT, all_of=[openapi.SchemaRef(definitions, name)], example=example),
        examples={shape.media_type: example},
        headers=HEADERS.get(code),
    )
