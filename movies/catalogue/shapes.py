"""A serializer's representation of cards, with the decisions about fields and sources made once."""

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any

from rest_framework import serializers

Shape = Callable[..., dict[str, Any]]
# Their values go to the renderer as they are, which writes dates, times and UUIDs as REST framework does.
AS_THEY_ARE = {
    kind.to_representation
    for kind in (
        serializers.CharField,
        serializers.IntegerField,
        serializers.BooleanField,
        serializers.DateField,
        serializers.DateTimeField,
        serializers.UUIDField,
    )
}


@cache
def shape_of(serializer_class: type[serializers.Serializer]) -> Shape:
    """What the serializer's `to_representation()` does.

    The shape takes a card (or anything with the same attributes) and a function that gives a stored file's address.
    """
    fields = {name: field for name, field in serializer_class().fields.items() if not field.write_only}
    names = tuple(fields)
    values_of = attrgetter(*(field.source.removeprefix("stats.") for field in fields.values()))
    converted = [
        (place, field.to_representation)
        for place, field in enumerate(fields.values())
        if type(field).to_representation not in AS_THEY_ARE and not isinstance(field, serializers.FileField)
    ]
    files = [place for place, field in enumerate(fields.values()) if isinstance(field, serializers.FileField)]

    def shape(card: Any, address_of: Callable[[str], str] = str) -> dict[str, Any]:
        values = [*values_of(card)]
        for place, convert in converted:
            if values[place] is not None:
                values[place] = convert(values[place])
        for place in files:
            values[place] = address_of(values[place]) if values[place] else None
        return dict(zip(names, values, strict=True))

    return shape
