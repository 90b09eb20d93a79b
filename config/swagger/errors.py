"""The error answers of an operation: which there are follows from its view, what they say from its dialect."""

from typing import TYPE_CHECKING, Any

from drf_yasg import openapi
from rest_framework.exceptions import ErrorDetail

from config.swagger.shapes import fields, scalar
from rest.errors import PROBLEM_JSON, problem

if TYPE_CHECKING:
    from config.swagger.autoschema import MarqueeAutoSchema

NO_CREDENTIAL = "Authentication credentials were not provided."
BAD_CREDENTIAL = "Invalid or expired credential."
REQUIRED = "This field is required."
NO_PAGE = "Invalid page."
THROTTLED = "Request was throttled. Expected available in 42 seconds."
# The codes that problem details give with the messages of the examples; "invalid" for the others.
CODES = {
    REQUIRED: "required",
    "This query parameter is required.": "required",
    "This field may not be blank.": "blank",
    "A user with that username already exists.": "unique",
    "Is not your current password.": "wrong_password",
    "Must be a number from 0.5 to 5 in steps of 0.5.": "off_scale",
}
RETRY_AFTER = {"type": "integer", "description": "Seconds until the next attempt has a chance."}

DESCRIPTIONS = {
    400: "What was sent is wrong, and nothing has changed",
    401: "No credential, or one that is not alive",
    403: "Not yours to do",
    404: "There is no such thing",
    429: "Too many requests",
}


def replies(operation: "MarqueeAutoSchema") -> dict[str, openapi.Response]:
    details = {
        400: bad(operation),
        401: unauthorized(operation),
        403: operation.about.forbidden,
        404: missing(operation),
        429: THROTTLED if operation.is_throttled else "",
    }
    return {str(code): reply(operation, code, detail) for code, detail in details.items() if detail}


def bad(operation: "MarqueeAutoSchema") -> dict[str, list[ErrorDetail]]:
    """An example of wrong fields, for what has fields that can be wrong."""
    if operation.about.bad is not None:
        return {name: [with_code(message)] for name, message in operation.about.bad.items()}
    name = operation.first_required
    return {name: [with_code(REQUIRED)]} if name else {}


def with_code(message: str) -> ErrorDetail:
    return ErrorDetail(message, CODES.get(message, "invalid"))


def unauthorized(operation: "MarqueeAutoSchema") -> str:
    if operation.about.unauthorized or operation.is_open:
        return operation.about.unauthorized
    return NO_CREDENTIAL if operation.needs_credential else BAD_CREDENTIAL


def missing(operation: "MarqueeAutoSchema") -> str:
    if operation.about.missing:
        return operation.about.missing
    return NO_PAGE if operation.about.is_paged else ""


def reply(operation: "MarqueeAutoSchema", code: int, detail: Any) -> openapi.Response:
    if operation.is_canonical:
        example: Any = problem(code, {"detail": detail} if isinstance(detail, str) else detail, example_path(operation))
        name, schema, media_type = "Problem", problem_schema, PROBLEM_JSON
    else:
        example = {"detail": detail} if isinstance(detail, str) else detail
        is_text = isinstance(detail, str)
        name, schema = ("Detail", detail_schema) if is_text else ("FieldErrors", field_errors_schema)
        media_type = "application/json"
    definitions = operation.components.with_scope(openapi.SCHEMA_DEFINITIONS)
    definitions.setdefault(name, lambda: schema(operation))
    return openapi.Response(
        DESCRIPTIONS[code],
        # The example twice: Swagger UI looks for that of the media type asked for, which a problem's is not.
        schema=openapi.Schema(type=openapi.TYPE_OBJECT, all_of=[openapi.SchemaRef(definitions, name)], example=example),
        examples={media_type: example},
        headers={"Retry-After": RETRY_AFTER} if code == 429 else None,
    )


def example_path(operation: "MarqueeAutoSchema") -> str:
    return operation.path.replace("{id}", "42").replace("{uuid}", "57baf4f4-c9ef-4197-9e4f-acf04eae5b4d")


def problem_schema(operation: "MarqueeAutoSchema") -> openapi.Schema:
    error = fields(field="string", pointer="string", detail="string", code="string")(operation)
    schema = fields(type="string", title="string", status="integer", detail="string", instance="string")(operation)
    schema.description = "Problem details (RFC 9457). `errors` is there where fields are wrong."
    schema.properties["errors"] = openapi.Schema(type=openapi.TYPE_ARRAY, items=error)
    return schema


def detail_schema(operation: "MarqueeAutoSchema") -> openapi.Schema:
    return fields(detail="string")(operation)


def field_errors_schema(operation: "MarqueeAutoSchema") -> openapi.Schema:
    """Nested bodies have nested errors, so that only the outer form is certain."""
    messages = openapi.Schema(type=openapi.TYPE_ARRAY, items=scalar("string"))
    return openapi.Schema(
        type=openapi.TYPE_OBJECT,
        additional_properties=messages,
        description="For each wrong field what is wrong with it; `non_field_errors` for the whole.",
    )
