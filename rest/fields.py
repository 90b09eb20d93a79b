"""Serializer fields and serializers that every app uses."""

from typing import Any, TypeAlias, TypeVar

from django.db import models
from rest_framework import serializers
from rest_framework.utils import html

AnyField: TypeAlias = serializers.Field[Any, Any, Any, Any]
ModelT = TypeVar("ModelT", bound=models.Model)


class TextField(serializers.CharField):
    """Accepts text that was sent as text. REST framework would make "5" of the number 5."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class FlagField(serializers.BooleanField):
    """True or false. A form, where everything is text, may say it in words; in JSON "yes" and 1 are something else."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool) and not html.is_html_input(self.root.initial_data):
            self.fail("invalid", input=data)
        return super().to_internal_value(data)


class ModelSerializer(serializers.ModelSerializer[ModelT]):
    """A ModelSerializer whose text fields accept text only."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: TextField,
        models.TextField: TextField,
    }


class RenamesFields(serializers.Serializer[Any]):
    """Gives built fields the names of a dialect: `renames = {"release_date": "released_date"}`.

    The field is renamed after it was built, because declaring it anew would silently drop what the model gave it:
    max_length, validators, null and blank. Rules that need a `validate_<field>` hook belong in `validate()` or on
    the model, since the hook's name would follow the new name.
    """

    renames: dict[str, str] = {}

    def get_fields(self) -> dict[str, AnyField]:
        renamed = {}
        for name, field in super().get_fields().items():
            new_name = self.renames.get(name, name)
            if new_name != name and field.source is None:
                field.source = name
            renamed[new_name] = field
        return renamed
