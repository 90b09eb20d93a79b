"""What the serializer fields of our own look like, coming in and going out."""

from typing import Any

from drf_yasg import openapi
from drf_yasg.inspectors import FieldInspector, NotHandled, ReferencingSerializerInspector
from rest_framework import serializers

from config.swagger.shapes import scalar
from movies import fields
from movies.dialects.classic import ClassicDirectorField, ClassicGenreField
from movies.dialects.compact import DirectorNameField

STARS = {"type": "number", "minimum": 0.5, "maximum": 5, "multiple_of": 0.5}
STARS_TEXT = "Stars from 0.5 to 5 in halves; whole stars are whole numbers."

# The most special class first: the first that fits is taken.
GOING_OUT: list[tuple[type[serializers.Field], dict[str, Any]]] = [
    (DirectorNameField, {"type": "string"}),
    (
        ClassicDirectorField,
        {"id": "integer", "name": "string", "created_on": "date-time", "updated_on": "date-time"},
    ),
    (ClassicGenreField, {"genre": "string"}),
    (fields.ReferenceField, {"id": "integer", "name": "string"}),
    (fields.AddedByField, {"id": "integer", "username": "string"}),
    (fields.CoverField, {"type": "string", "format": "uri", "description": "The picture's address."}),
    (fields.AverageField, {"type": "number", "description": "The average in stars to two places; 0 when unrated."}),
    (fields.StarsField, {**STARS, "description": STARS_TEXT}),
]

COMING_IN: list[tuple[type[serializers.Field], dict[str, Any]]] = [
    (
        fields.ReferenceField,
        {"description": 'A name, an id, `{"id": …}` or `{"name": …}`. A name that is new is created.'},
    ),
    (
        fields.GenreListField,
        {
            "type": "array",
            "items": openapi.SwaggerDict(description='A name, an id, `{"id": …}` or `{"name": …}`.'),
            "description": "Genres, each as a name, an id, an object with one of the two; or a single one of those. "
            "A name that is new is created.",
        },
    ),
    (
        fields.CoverField,
        {
            "type": "string",
            "description": "A picture by multipart/form-data; null or an empty text removes it, the address that the "
            "API sent means no change.",
        },
    ),
    (
        fields.AddedByField,
        {"description": 'Who added the movie, as an id or `{"id": …}`. Only staff may set it; else ignored.'},
    ),
    (fields.FavoriteField, {"type": "boolean", "description": "Sets or clears your own favourite."}),
    (fields.StarsField, {**STARS, "description": STARS_TEXT}),
]

# In a form everything is text; a list repeats its field.
IN_A_FORM: list[tuple[type[serializers.Field], dict[str, Any]]] = [
    (fields.ReferenceField, {"type": "string", "description": "A name or an id. A name that is new is created."}),
    (
        fields.GenreListField,
        {
            "type": "array",
            "items": openapi.Items(type="string"),
            "collection_format": "multi",
            "description": "Names or ids. A name that is new is created.",
        },
    ),
    (fields.CoverField, {"type": "file", "description": "A picture (JPEG, PNG, WebP or GIF)."}),
    (fields.AddedByField, {"type": "integer", "description": "Who added the movie; only staff may set it."}),
    (fields.FavoriteField, {"type": "boolean", "description": "Sets or clears your own favourite."}),
]


def look_up(
    table: list[tuple[type[serializers.Field], dict[str, Any]]], field: serializers.Field
) -> dict[str, Any] | None:
    return next((description for kind, description in table if isinstance(field, kind)), None)


def without_titles(schema: Any) -> Any:
    """Without the labels that drf-yasg takes from the names of the fields: "release_date", titled "Release date"."""
    schema.pop("title", None)
    for part in (*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])):
        without_titles(part)
    return schema


class MarqueeFields(FieldInspector):
    """Describes what goes out; bodies coming in are described by MarqueeAutoSchema."""

    def field_to_swagger_object(self, field: Any, swagger_object_type: Any, use_references: bool, **kwargs: Any) -> Any:
        known = look_up(GOING_OUT, field)
        if known is None or swagger_object_type is not openapi.Schema:
            return NotHandled
        is_object = "type" not in known
        details = {} if is_object else known
        return openapi.Schema(
            type=openapi.TYPE_OBJECT if is_object else details["type"],
            properties={name: scalar(kind) for name, kind in known.items()} if is_object else None,
            required=list(known) if is_object else None,
            x_nullable=True if field.allow_null or field.source == "my_half_stars" else None,
            **{name: value for name, value in details.items() if name != "type"},
            **kwargs,
        )


class MarqueeSerializers(ReferencingSerializerInspector):
    """Definitions named after the serializer and, in a dialect, the dialect: two shapes never share a name."""

    def get_serializer_ref_name(self, serializer: serializers.BaseSerializer) -> str | None:
        kind = type(serializer.child if isinstance(serializer, serializers.ListSerializer) else serializer)
        name = kind.__name__.removesuffix("Serializer")
        _, is_dialect, dialect = kind.__module__.partition(".dialects.")
        prefix = dialect.title() if is_dialect else ""
        return name if name.startswith(prefix) else prefix + name
