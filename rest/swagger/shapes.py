"""Schemas of what operations answer, put together from serializers and plain types.

A shape is a function that makes a Schema when the document is made, so that serializers become its definitions.
"""

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from drf_yasg import openapi
from rest_framework.serializers import BaseSerializer

Schema: TypeAlias = "openapi.Schema | openapi.SchemaRef"
# A serializer class, the name of the viewset's attribute that holds it, or None for get_serializer_class().
SerializerReference: TypeAlias = "type[BaseSerializer[Any]] | str | None"

TYPES = {name: {"type": name} for name in ("string", "integer", "number", "boolean")}
TYPES["uri"] = {"type": "string", "format": "uri"}


class SchemaMaker(Protocol):
    """What a shape asks of the AutoSchema that describes the operation."""

    def serializer(self, reference: SerializerReference) -> BaseSerializer[Any]: ...

    def serializer_to_schema(self, serializer: BaseSerializer[Any]) -> Schema: ...

    def get_paginated_response(self, response_schema: Schema) -> Schema: ...


Shape: TypeAlias = Callable[[SchemaMaker], Schema]


def one(serializer: SerializerReference = None) -> Shape:
    return lambda maker: maker.serializer_to_schema(maker.serializer(serializer))


def array(items: Shape) -> Shape:
    return lambda maker: openapi.Schema(type=openapi.TYPE_ARRAY, items=items(maker))


def page(serializer: SerializerReference = None) -> Shape:
    """An array in the envelope of the view's paginator, which may be none at all."""
    return lambda maker: maker.get_paginated_response(array(one(serializer))(maker))


def fields(**properties: "str | Shape") -> Shape:
    """An object of which every property is always there: `fields(message="string", likes=array(one()))`."""

    def schema(maker: SchemaMaker) -> openapi.Schema:
        return openapi.Schema(
            type=openapi.TYPE_OBJECT,
            properties={
                name: scalar(value) if isinstance(value, str) else value(maker) for name, value in properties.items()
            },
            required=list(properties),
        )

    return schema


def scalar(name: str) -> openapi.Schema:
    """The Schema of one of TYPES. A question mark behind the name says that it may be null."""
    return openapi.Schema(**TYPES[name.rstrip("?")], x_nullable=True if name.endswith("?") else None)


def from_json_schema(schema: dict[str, Any]) -> openapi.Schema:
    """A JSON schema as drf-yasg's own object, at every depth."""
    details = {name.replace("x-", "x_"): value for name, value in schema.items()}
    if "properties" in schema:
        details["properties"] = {name: from_json_schema(part) for name, part in schema["properties"].items()}
    if "items" in schema:
        details["items"] = from_json_schema(schema["items"])
    if "additionalProperties" in schema:
        others = details.pop("additionalProperties")
        details["additional_properties"] = others if isinstance(others, bool) else from_json_schema(others)
    return openapi.Schema(**details)
