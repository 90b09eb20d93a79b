"""A short notation for what drf-yasg cannot see in a view: the bodies that an operation takes and answers.

A shape is a function from the describing AutoSchema to a Schema, so that serializers become definitions of the
document at the time it is made.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from drf_yasg import openapi
from rest_framework import serializers

if TYPE_CHECKING:
    from config.swagger.autoschema import MarqueeAutoSchema

Schema: TypeAlias = "openapi.Schema | openapi.SchemaRef"
Shape = Callable[["MarqueeAutoSchema"], Schema]
# A serializer, the name of the view's attribute that holds it, or None for the view's own.
Serializer = type[serializers.Serializer] | str | None

TYPES: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "uuid": {"type": "string", "format": "uuid"},
    "uri": {"type": "string", "format": "uri"},
    "date-time": {"type": "string", "format": "date-time"},
}


def scalar(name: str) -> openapi.Schema:
    """`"string"`, `"integer"`, … as a Schema; a question mark behind it says that it may be null."""
    return openapi.Schema(**TYPES[name.rstrip("?")], x_nullable=True if name.endswith("?") else None)


def one(serializer: Serializer = None) -> Shape:
    return lambda auto: auto.serializer_to_schema(auto.serializer(serializer))


def array(of: Shape) -> Shape:
    return lambda auto: openapi.Schema(type=openapi.TYPE_ARRAY, items=of(auto))


def page(serializer: Serializer = None) -> Shape:
    """A page in the envelope that the view's dialect uses, which may be none at all."""
    return lambda auto: auto.get_paginated_response(array(one(serializer))(auto))


def fields(**properties: "str | Shape") -> Shape:
    """An object of which every property is always there."""

    def schema(auto: "MarqueeAutoSchema") -> openapi.Schema:
        return openapi.Schema(
            type=openapi.TYPE_OBJECT,
            properties={
                name: scalar(value) if isinstance(value, str) else value(auto) for name, value in properties.items()
            },
            required=list(properties),
        )

    return schema


@dataclass(frozen=True)
class Reply:
    """A success: its shape and an example, both left out where there is no body."""

    shape: Shape | None = None
    example: Any = None
    description: str = ""
    has_link: bool = False
    has_location: bool = False


@dataclass(frozen=True)
class Described:
    """What the document says about one operation beyond what its view says itself.

    Summary and description are the view's docstring unless given. `takes` is what the body is read with: a
    serializer, "view" for the view's own, None where there is no body.
    """

    replies: dict[int, Reply]
    summary: str = ""
    description: str = ""
    takes: type[serializers.Serializer] | str | None = None
    example: Any = None  # of the body
    is_form: bool = False  # shown as a form, so that a file can be chosen
    keeps_what_is_not_sent: bool = False  # so that nothing is required
    query: tuple[openapi.Parameter, ...] = ()
    is_filtered: bool = False
    is_paged: bool = False
    has_cursor: bool = False
    bad: dict[str, str] | None = None  # an example of what a 400 says; by default of a missing required field
    unauthorized: str = ""
    forbidden: str = ""
    missing: str = ""
