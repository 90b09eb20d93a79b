"""Serializer fields of what movies refer to by name: directors and genres, alone and in lists."""

from typing import Any, Generic, TypeVar

import orjson
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.utils import html

from movies.fields import INTEGER, STRING, JSONSchema
from movies.models import Director, Genre
from movies.models.catalogue import MAX_NAME, MAX_NAMES, fits_when_folded
from movies.querysets import is_id
from rest.database.text import is_blank, not_blank

ReferenceT = TypeVar("ReferenceT", Director, Genre)

NAMED: JSONSchema = {"type": "object", "properties": {"id": INTEGER, "name": STRING}}
REFERENCE = 'A name (text, also "1917"), an id (a number), `{"id": …}` or `{"name": …}`.'
NEW_NAME = "A name that is new is created."
SEVERAL = "A text with commas is several."


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
        super().__init__(max_length=MAX_NAMES, **kwargs)

    def get_value(self, dictionary: Any) -> Any:
        return sent(dictionary, str(self.field_name))

    def to_internal_value(self, data: Any) -> list[Any]:
        """The rows and new names. What is too long is refused before its items are looked at."""
        items = [] if data == "" else as_list(data)
        if isinstance(items, list) and len(items) > MAX_NAMES:
            self.fail("max_length", max_length=MAX_NAMES)
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
        if item.count(",") >= MAX_NAMES:
            self.fail("max_length", max_length=MAX_NAMES)
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
