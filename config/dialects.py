"""Dialects: one behaviour in several published shapes.

A dialect is a URL namespace (DRF's NamespaceVersioning makes it `request.version`) and a set of subclasses of the
canonical views that change shape only. `config/tests/test_dialects.py` lists what a dialect may set and holds
every dialect to it.
"""

from django.urls import URLResolver, include, path
from rest_framework import serializers


def mount(dialect: str, prefixes: dict[str, list[str]]) -> URLResolver:
    """The URL confs of `prefixes` (prefix → modules) under the namespace of `dialect`.

    `reverse(name, request=request)` then stays in the dialect in which the caller asked.
    """
    patterns = [path(prefix, include(module)) for prefix, modules in prefixes.items() for module in modules]
    return path("", include((patterns, dialect), namespace=dialect))


class RenamesFields(serializers.Serializer):
    """Gives built fields the names of a dialect: `renames = {"release_date": "released_date"}`.

    The field is renamed after it was built, because declaring it anew would silently drop what the model gave it:
    max_length, validators, null and blank. Rules that need a `validate_<field>` hook belong in `validate()` or on
    the model, since the hook's name would follow the new name.
    """

    renames: dict[str, str] = {}

    def get_fields(self) -> dict[str, serializers.Field]:
        renamed = {}
        for name, field in super().get_fields().items():
            new_name = self.renames.get(name, name)
            if new_name != name and field.source is None:
                field.source = name
            renamed[new_name] = field
        return renamed
