"""Serializer fields of movies: ratings in stars, covers, favourites, and who added a movie.

Directors and genres are in movies/references.py.
"""

from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import serializers
from rest_framework.fields import SkipField, empty

from accounts.models import User
from movies import covers
from movies.models.feedback import MAX_HALF_STARS, MIN_HALF_STARS
from movies.querysets import is_id
from rest.fields import FlagField

# What the fields look like in Swagger: `output_schema` what goes out, `input_schema` what comes in as JSON,
# `form_schema` in a form, where everything is text and a list repeats its field.
JSONSchema = dict[str, Any]
STRING: JSONSchema = {"type": "string"}
INTEGER: JSONSchema = {"type": "integer"}
STARS: JSONSchema = {
    "type": "number",
    "minimum": 0.5,
    "maximum": 5,
    "multipleOf": 0.5,
    "description": "Stars from 0.5 to 5 in halves; whole stars are whole numbers.",
}


class StarsField(serializers.Field[int, Any, float, Any]):
    """A rating in stars, 0.5 to 5 in steps of 0.5. The validated value is in half stars, 1 to 10."""

    output_schema: JSONSchema = STARS
    input_schema: JSONSchema = STARS
    default_error_messages = {"off_scale": "Must be a number from 0.5 to 5 in steps of 0.5."}

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, (int, float, str)):
            self.fail("off_scale")
        try:
            half_stars = 2 * Decimal(str(data))
        except ArithmeticError:  # no number, or one beyond what Decimal can hold
            self.fail("off_scale")
        if not half_stars.is_finite() or not MIN_HALF_STARS <= half_stars <= MAX_HALF_STARS or half_stars % 1:
            self.fail("off_scale")
        return int(half_stars)

    def to_representation(self, value: int) -> float:
        return stars(value)


def stars(half_stars: int) -> float:
    """Half stars in stars; whole stars as a whole number: 4 → 2, 5 → 2.5."""
    return half_stars // 2 if half_stars % 2 == 0 else half_stars / 2


class AverageField(serializers.FloatField):
    """An average in stars, to two places; the whole number 0 for an unrated movie."""

    output_schema: JSONSchema = {"type": "number", "description": "The average in stars to two places; 0 when unrated."}

    def to_representation(self, value: float) -> float:  # type: ignore[override]  # a number, though the stubs say text
        return round(value, 2) or 0


class FavoriteField(FlagField):
    """Whether the movie is the caller's favourite. Not sent means unchanged; REST framework reads false from a form."""

    default_empty_html = empty
    input_schema: JSONSchema = {"type": "boolean", "description": "Sets or clears your own favourite."}
    form_schema = input_schema


class CoverField(serializers.FileField):
    """A picture, sent by multipart and shown as its address. null or "" removes it; its own address changes nothing."""

    output_schema: JSONSchema = {**STRING, "format": "uri", "description": "The picture's address."}
    input_schema: JSONSchema = {
        **STRING,
        "description": "A picture by multipart/form-data; null or an empty text removes it, the address that the API "
        "sent means no change.",
    }
    form_schema: JSONSchema = {"type": "file", "description": "A picture (JPEG, PNG, WebP, GIF or AVIF)."}
    default_error_messages = {
        "not_a_file": "Send the file itself, as multipart/form-data; null or an empty text removes it."
    }

    def run_validation(self, data: Any = empty) -> Any:
        if data is None or data == "":
            return None
        if isinstance(data, str):
            if not self.is_current(data):
                self.fail("not_a_file")
            raise SkipField
        return super().run_validation(data)

    def is_current(self, address: str) -> bool:
        """Whether it is the address of the movie's cover, read under whichever name of the server.

        The scheme, the host and a path of the proxy's may differ. The file's name is nobody else's.
        """
        movie = self.parent.instance
        if not (movie and movie.cover_image):
            return False
        try:
            parts = urlsplit(address)
        except ValueError:  # as of "http://["
            return False
        return parts.scheme in ("http", "https") and parts.path.endswith(f"/{movie.cover_image.name}")

    def to_internal_value(self, data: Any) -> Any:
        try:
            return covers.cleaned(super().to_internal_value(data))
        except DjangoValidationError as error:
            raise serializers.ValidationError(error.messages, code=error.code or "invalid") from error


class AddedByField(serializers.Field[User, Any, dict[str, Any], Any]):
    """Who added the movie. Only staff can set it, by an id, `{"id"}` or null; from others it is ignored."""

    output_schema: JSONSchema = {"type": "object", "properties": {"id": INTEGER, "username": STRING}}
    input_schema: JSONSchema = {
        "description": 'Who added the movie, as an id or `{"id": …}`. Only staff may set it; else ignored.'
    }
    form_schema: JSONSchema = {**INTEGER, "description": "Who added the movie; only staff may set it."}
    default_error_messages = {"unknown": "No such user."}

    def run_validation(self, data: Any = empty) -> Any:
        if data is empty or not self.context["request"].user.has_perm("movies.change_movie"):
            raise SkipField
        return super().run_validation(None if data == "" else data)

    def to_internal_value(self, data: Any) -> User:
        reference = str(data.get("id") if isinstance(data, dict) else data)
        user = User.objects.filter(pk=int(reference)).first() if is_id(reference) else None
        if user is None:
            self.fail("unknown")
        return user

    def to_representation(self, value: User) -> dict[str, Any]:
        return {"id": value.pk, "username": value.username}
