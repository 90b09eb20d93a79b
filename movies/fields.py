"""Serializer fields of movies: directors and genres, ratings in stars, covers, favourites, and who added a movie."""

from decimal import Decimal
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import orjson
from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import serializers
from rest_framework.fields import SkipField, empty
from rest_framework.utils import html

from accounts.models import User
from movies import covers
from movies.models import Director, Genre
from movies.models.catalogue import MAX_NAME, fits_when_folded
from movies.models.feedback import MAX_HALF_STARS, MIN_HALF_STARS
from movies.querysets import is_id
from rest.database.text import is_blank, not_blank
from rest.fields import FlagField

MAX_REFERENCES = 50  # directors or genres of a movie
ReferenceT = TypeVar("ReferenceT", Director, Genre)

# What the fields look like in Swagger: `output_schema` what goes out, `input_schema` what comes in as JSON,
# `form_schema` in a form, where everything is text and a list repeats its field.
JSONSchema = dict[str, Any]
STRING: JSONSchema = {"type": "string"}
INTEGER: JSONSchema = {"type": "integer"}
NAMED: JSONSchema = {"type": "object", "properties": {"id": INTEGER, "name": STRING}}
REFERENCE = 'A name (text, also "1917"), an id (a number), `{"id": …}` or `{"name": …}`.'
NEW_NAME = "A name that is new is created."
SEVERAL = "A text with commas is several."
STARS: JSONSchema = {
    "type": "number",
    "minimum": 0.5,
    "maximum": 5,
    "multipleOf": 0.5,
    "description": "Stars from 0.5 to 5 in halves; whole stars are whole numbers.",
}


class ReferenceField(serializers.Field[Any, Any, Any, Any], Generic[ReferenceT]):
    """A director or genre. Accepts a name, an id, `{"id"}` or `{"name"}`, and shows `{"id", "name"}`.

    Text is always a name, so that "1917" means the same in JSON and in forms, where everything is text. The
    validated value is the row, or the name as text where a name was sent. Saving creates a row for a new name.
    """

    default_error_messages = {
        "invalid": 'Expected a name, an id, {{"id": …}} or {{"name": …}}, not {type}.',
        "unknown": "Nothing has the id {id}.",
        "json": "This is JSON written as text: send a name, and repeat the field for several.",
    }
    name_keys: tuple[str, ...] = ("name",)
    output_schema: JSONSchema = NAMED
    input_schema: JSONSchema = {"description": f"{REFERENCE} {NEW_NAME}"}
    form_schema: JSONSchema = {**STRING, "description": f"A name. {NEW_NAME}"}

    def __init__(self, model: type[ReferenceT], **kwargs: Any) -> None:
        self.model: type[ReferenceT] = model
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> ReferenceT | str:
        if isinstance(data, dict):
            return self.from_object(data)
        if isinstance(data, str):
            return self.from_name(data)
        return self.from_id(data)

    def from_object(self, data: dict[str, Any]) -> ReferenceT | str:
        """The row or the new name in `{"id"}` or `{"name"}`; an id takes precedence."""
        if data.get("id") is not None:
            return self.from_id(data["id"])
        return self.from_name(next((data[key] for key in self.name_keys if key in data), data))

    def from_name(self, name: Any) -> str:
        """The checked name. What a form has put together with `JSON.stringify` is none."""
        if not isinstance(name, str):
            self.fail("invalid", type=type(name).__name__)
        if is_json(name):
            self.fail("json")
        checked = serializers.CharField(max_length=MAX_NAME, validators=[fits_when_folded, not_blank])
        return str(checked.run_validation(name))

    def from_id(self, pk: Any) -> ReferenceT:
        """The row with this id: a number or, in `{"id": "7"}`, a text of digits."""
        if isinstance(pk, str) and is_id(pk.strip()):
            pk = int(pk)
        if not isinstance(pk, int) or isinstance(pk, bool):
            self.fail("invalid", type=type(pk).__name__)
        row: ReferenceT | None = self.model.objects.filter(pk=pk).first()
        if row is None:
            self.fail("unknown", id=str(pk)[:40] if abs(pk) < 10**40 else "so large")
        return row

    def to_representation(self, value: ReferenceT) -> Any:
        return {"id": value.pk, "name": value.name}


class DirectorField(ReferenceField[Director]):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Director, **kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        """An empty text is nobody, as it is in a form."""
        return super().run_validation(None if data == "" and self.allow_null else data)


class GenreField(ReferenceField[Genre]):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Genre, **kwargs)


class ReferenceListField(serializers.ListField):
    """A list of directors or genres, or a single one; a form repeats the field."""

    input_schema: JSONSchema = {
        "type": "array",
        "items": {"description": REFERENCE},
        "description": f"Each a name, an id, or an object with one of the two; or a single one of those. {NEW_NAME}",
    }
    form_schema: JSONSchema = {
        "type": "array",
        "items": STRING,
        "collectionFormat": "multi",
        "description": f"Names. {NEW_NAME}",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_REFERENCES, **kwargs)

    def get_value(self, dictionary: Any) -> Any:
        return sent(dictionary, str(self.field_name))

    def to_internal_value(self, data: Any) -> list[Any]:
        """The rows and new names. What is too long is refused before its items are looked at."""
        items = [] if data == "" else as_list(data)
        if isinstance(items, list) and len(items) > MAX_REFERENCES:
            self.fail("max_length", max_length=MAX_REFERENCES)
        return super().to_internal_value(items)


class DirectorListField(ReferenceListField):
    """The directors in their order. A text is one of them, because names have commas: "Sammy Davis, Jr."."""

    child = DirectorField()


class GenreListField(ReferenceListField):
    """The genres. `genres` is another name of the field.

    A text with commas is several genres; in `{"name": …}` a comma is part of the name.
    """

    other_name = "genres"
    child = GenreField()
    default_error_messages = {
        "differ": "`{name}` and `{other}` are two names of one field, and were sent with different values."
    }
    input_schema = {
        **ReferenceListField.input_schema,
        "description": f"{ReferenceListField.input_schema['description']} {SEVERAL}",
    }
    form_schema = {**ReferenceListField.form_schema, "description": f"Names. {SEVERAL} {NEW_NAME}"}

    def get_value(self, dictionary: Any) -> Any:
        """What was sent under either name. Two names with two values are refused at once, before other fields are."""
        name, other = str(self.field_name), self.other_name
        value, again = sent(dictionary, name), sent(dictionary, other)
        if value is not empty and again is not empty and as_list(value) != as_list(again):
            message = self.error_messages["differ"].format(name=name, other=other)
            raise serializers.ValidationError({name: [message]}, code="differ")
        return again if value is empty else value

    def run_child_validation(self, data: list[Any]) -> list[Any]:
        genres: list[Any] = []
        errors: dict[Any, Any] = {}
        for place, item in enumerate(data):
            try:
                genres += map(self.child.run_validation, self.several(item))
            except serializers.ValidationError as error:
                errors[place] = error.detail
        if errors:
            raise serializers.ValidationError(errors)
        return genres

    def several(self, item: Any) -> list[Any]:
        """The names in a text, of which there is at least one; anything else as it is."""
        if not isinstance(item, str) or "," not in item or is_json(item):
            return [item]
        if item.count(",") >= MAX_REFERENCES:
            self.fail("max_length", max_length=MAX_REFERENCES)
        return [name for name in item.split(",") if not is_blank(name)] or [""]


def is_json(text: str) -> bool:
    """Whether a text is an object or a list of JSON. "[REC]" is not."""
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        orjson.loads(text)
    except ValueError:
        return False
    return True


def sent(body: Any, name: str) -> Any:
    """What a body has for a list, or `empty`. A form repeats the name, as `genre`, `genre[]` or `genre[0]`."""
    if not html.is_html_input(body):
        return body.get(name, empty)
    names = (name, f"{name}[]")
    texts = next((body.getlist(name) for name in names if name in body), None) or html.parse_html_list(body, name)
    return [text for text in texts if text != ""] if texts else empty


def as_list(value: Any) -> Any:
    """A single one as a list of one; what is neither as it is."""
    return [value] if isinstance(value, (str, int, dict)) else value


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
    form_schema: JSONSchema = {"type": "file", "description": "A picture (JPEG, PNG, WebP or GIF)."}
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
        if data is empty or not self.context["request"].user.is_staff:
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
