"""Serializer fields and serializers in the document.

A field class that looks different from what drf-yasg makes of it has up to three attributes, each a JSON schema:
`output_schema` of what goes out, `input_schema` of what comes in as JSON, and `form_schema` of what a form sends.
"""

from typing import Any

from drf_yasg import openapi
from drf_yasg.inspectors import FieldInspector, NotHandled, ReferencingSerializerInspector
from rest_framework import serializers

from rest.swagger.shapes import from_json_schema


class SelfDescribingFields(FieldInspector):
    """Describes what goes out by `output_schema`; AutoSchema describes the bodies coming in."""

    def field_to_swagger_object(self, field: Any, swagger_object_type: Any, use_references: bool, **kwargs: Any) -> Any:
        known = getattr(field, "output_schema", None)
        if known is None or swagger_object_type is not openapi.Schema:
            return NotHandled
        always_there = list(known.get("properties", ())) or None
        nullable = {"x-nullable": True} if field.allow_null else {}
        return from_json_schema({"required": always_there, **known, **nullable, **kwargs})


class DefinitionNames(ReferencingSerializerInspector):
    """Definitions named after the serializer and, in a dialect, the dialect: two shapes never share a name."""

    def get_serializer_ref_name(self, serializer: serializers.BaseSerializer[Any]) -> str | None:
        kind = type(serializer.child if isinstance(serializer, serializers.ListSerializer) else serializer)
        name = kind.__name__.removesuffix("Serializer")
        _, is_dialect, dialect = kind.__module__.partition(".dialects.")
        prefix = dialect.title() if is_dialect else ""
        return name if name.startswith(prefix) else prefix + name


def without_titles(schema: Any) -> Any:
    """Without the labels that drf-yasg takes from the names of the fields: "release_date", titled "Release date"."""
    schema.pop("title", None)
    for part in (*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])):
        without_titles(part)
    return schema
