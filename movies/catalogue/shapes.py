"""A serializer's representation of cards, with the decisions about fields and sources made once."""

from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any

import orjson
from rest_framework import serializers
from rest_framework.settings import api_settings

from movies.catalogue.cards import Card
from rest.renderers import OPTIONS

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
        *([] if api_settings.COERCE_BIGINT_TO_STRING else [serializers.BigIntegerField]),
    )
}


@cache
def shape_of(serializer_class: type[serializers.Serializer], of: type = Card) -> Shape:
    """What the serializer's `to_representation()` does with a card (or with anything `of` another class).

    The shape takes the card and a function that gives a stored file's address.
    """
    fields = {name: field for name, field in serializer_class().fields.items() if not field.write_only}
    names = tuple(fields)
    sources = [field.source.removeprefix("stats.") for field in fields.values()]
    values_of = itemgetter(*map(Card._fields.index, sources)) if of is Card else attrgetter(*sources)
    converted = [
        (place, converter(field))
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
        return dict(zip(names, values))  # noqa: B905 - as many by construction, and this is the hottest line of all

    return shape


def converter(field: serializers.Field) -> Callable[[Any], Any]:
    if not isinstance(field, serializers.ListField):
        return field.to_representation
    of_item = field.child.to_representation
    return lambda items: [of_item(item) for item in items]


def shown(
    cards: Sequence[Card], serializer_class: type[serializers.Serializer], address_of: Callable[[str], str]
) -> list[dict[str, Any] | orjson.Fragment]:
    """The cards in the serializer's shape: as data or, where a card is kept, as the JSON that it became before."""
    shape = shape_of(serializer_class)
    found: list[dict[str, Any] | orjson.Fragment] = []
    for card in cards:
        kept = card.shown
        if kept is None or card.cover_image:  # a cover's address is another one for each name of the server
            found.append(shape(card, address_of))
            continue
        if serializer_class not in kept:
            kept[serializer_class] = orjson.Fragment(orjson.dumps(shape(card, address_of), option=OPTIONS))
        found.append(kept[serializer_class])
    return found
