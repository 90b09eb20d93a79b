"""A serializer's representation of cards, with the decisions about fields and sources made once.

The read model takes of a serializer its fields, their sources and their `to_representation()`; it calls nothing else.
What it would pass over in silence it refuses, when the serializer's view is defined.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any, get_args, get_type_hints

import orjson
from django.core.exceptions import ImproperlyConfigured
from rest_framework import ISO_8601, serializers
from rest_framework.settings import api_settings

from movies.catalogue.cards import SOURCES, Card
from rest.fields import AnyField
from rest.renderers import OPTIONS

Shape = Callable[..., dict[str, Any]]
Fields = dict[str, AnyField]
# The renderer writes values of these types as these fields do.
RENDERED_ALIKE: dict[type[AnyField], type] = {
    serializers.CharField: str,
    serializers.IntegerField: int,
    serializers.BooleanField: bool,
    serializers.DateField: date,
    serializers.DateTimeField: datetime,
    serializers.UUIDField: str,
    **({} if api_settings.COERCE_BIGINT_TO_STRING else {serializers.BigIntegerField: int}),
}
AS_THEY_ARE = {kind.to_representation: value_type for kind, value_type in RENDERED_ALIKE.items()}
TYPES = get_type_hints(Card)


# --- Compiling ------------------------------------------------------------------------------------------------------


Serializer = type[serializers.BaseSerializer[Any]]


@cache
def shape_of(serializer_class: Serializer, of: type = Card) -> Shape:
    """What the serializer's `to_representation()` does with a card (or with anything `of` another class).

    The shape takes the card and a function that gives a stored file's address. Raises ImproperlyConfigured where the
    serializer has something that the shape would not do.
    """
    fields = fields_of(serializer_class)
    if flaws := [f"{serializer_class.__name__}{flaw}" for flaw in flaws_of(serializer_class, fields, of)]:
        raise ImproperlyConfigured("\n".join(flaws))
    names, sources = tuple(fields), [source_of(field) for field in fields.values()]
    values_of = getter(sources, of)
    converted = [
        (place, converter(field))
        for place, field in enumerate(fields.values())
        if not isinstance(field, serializers.FileField) and not goes_as_it_is(field, of)
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


def getter(sources: Sequence[str], of: type) -> Callable[[Any], Sequence[Any]]:
    """What takes these values from a card, or from something `of` another class."""
    if len(sources) < 2:  # for which Python's getters give no sequence
        return lambda card: [attrgetter(source)(card) for source in sources]
    return itemgetter(*map(Card._fields.index, sources)) if of is Card else attrgetter(*sources)


def fields_of(serializer_class: type[serializers.BaseSerializer[Any]]) -> Fields:
    """The fields that are read, by name."""
    fields = getattr(serializer_class(), "fields", {})
    return {name: field for name, field in fields.items() if not field.write_only}


def source_of(field: AnyField) -> str:
    """The name of the field of Card."""
    return (field.source or "").removeprefix("stats.")


def goes_as_it_is(field: AnyField, of: type) -> bool:
    """Whether the value can be left to the renderer. What another class than Card has is what its model's field has."""
    value_type = AS_THEY_ARE.get(type(field).to_representation)
    if value_type is None or has_own_format(field):
        return False
    return of is not Card or value_type in types_of(source_of(field))


def has_own_format(field: AnyField) -> bool:
    usual = {
        serializers.DateTimeField: ("format", api_settings.DATETIME_FORMAT, ISO_8601),
        serializers.DateField: ("format", api_settings.DATE_FORMAT, ISO_8601),
        serializers.UUIDField: ("uuid_format", "hex_verbose", "hex_verbose"),
    }
    return any(
        isinstance(field, kind) and getattr(field, name, default) != standard
        for kind, (name, default, standard) in usual.items()
    )


def types_of(source: str) -> tuple[type, ...]:
    """The types that Card declares for a field, None left out."""
    declared = TYPES[source]
    return tuple(kind for kind in get_args(declared) or (declared,) if kind is not type(None))


def converter(field: AnyField) -> Callable[[Any], Any]:
    if isinstance(field, serializers.ListField) and is_unchanged(field, serializers.ListField):
        of_item = field.child.to_representation
        return lambda items: [of_item(item) for item in items]
    return field.to_representation


def is_unchanged(field: AnyField, kind: type[AnyField]) -> bool:
    return type(field).to_representation is kind.to_representation


# --- Refusing -------------------------------------------------------------------------------------------------------


def flaws_of(serializer_class: type[serializers.BaseSerializer[Any]], fields: Fields, of: type) -> Iterator[str]:
    """What of a serializer the read model would not do, each as the rest of a sentence that begins with its name."""
    if getattr(serializer_class, "to_representation", None) is not serializers.Serializer.to_representation:
        yield (
            " overrides to_representation(), which reads never call: let its fields have a to_representation() instead."
        )
    for name, field in fields.items():
        called, source = f".{name} ({type(field).__name__})", source_of(field)
        if isinstance(field, serializers.SerializerMethodField):
            yield (
                f"{called}: reads never call its method. Declare a field whose `source` is a field of Card, and whose "
                "to_representation() makes of it what the method does."
            )
        elif type(field).get_attribute is not serializers.Field.get_attribute:
            yield (
                f"{called} has its own get_attribute(), which reads never call: let its `source` name a field of Card, "
                "and its to_representation() do the rest."
            )
        elif of is Card and source not in SOURCES:
            yield (
                f"{called} has the source {source!r}, which Card lacks: declare it in movies/catalogue/cards.py, or "
                f"take one of {', '.join(SOURCES)}."
            )


# --- Representing ---------------------------------------------------------------------------------------------------


def represent(
    cards: Sequence[Card], serializer_class: type[serializers.BaseSerializer[Any]], address_of: Callable[[str], str]
) -> list[Any]:
    """The cards in the serializer's shape: as data or, where a card is cached, as the JSON that it became before."""
    shape = shape_of(serializer_class)  # type: ignore[arg-type]  # a class can be hashed, whatever its instances can
    represented: list[dict[str, Any] | orjson.Fragment] = []
    for card in cards:
        rendered = card.rendered
        if rendered is None or card.cover_image:  # a cover's address is another one for each name of the server
            represented.append(shape(card, address_of))
            continue
        if serializer_class not in rendered:
            rendered[serializer_class] = orjson.Fragment(orjson.dumps(shape(card, address_of), option=OPTIONS))
        represented.append(rendered[serializer_class])
    return represented
