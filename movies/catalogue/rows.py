"""From the rows of the statement that reads cards to the cards, which are kept with the rows that they were made of."""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from movies.catalogue.cards import PERSONAL, SHARED, Card, columns_of

# A row has the columns of SHARED, those of PERSONAL if there is a caller, and last the total.
SHARED_COLUMNS = len(columns_of(SHARED))
UNMARKED = tuple(Card._field_defaults[name] for name in PERSONAL)  # of anybody who has no marks


def places() -> dict[str, slice]:
    """Where in a row the columns of each field of SHARED are."""
    names, found = [*columns_of(SHARED)], {}
    for field, source in SHARED.items():
        start = names.index(next(iter(source.columns)) or field)
        found[field] = slice(start, start + len(source.columns))
    return found


first_columns = itemgetter(*(place.start for place in places().values()))
CONVERTED = [
    (number, places()[name], source.convert) for number, (name, source) in enumerate(SHARED.items()) if source.convert
]


def card_from_row(row: tuple[Any, ...]) -> Card:
    """The card of the columns of SHARED."""
    values = [*first_columns(row)]
    for number, place, convert in CONVERTED:
        if values[number] is not None:
            values[number] = convert(*row[place])
    return Card._make([*values, *UNMARKED, {}])


def cards_of(rows: Iterable[tuple[Any, ...]]) -> list[Card]:
    """The cards of whole rows: each the same as before if the movie's columns are, to whomever it is shown."""
    found, lately = [], cache.young
    for row in rows:
        movie, marks = row[:SHARED_COLUMNS], row[SHARED_COLUMNS:-1]
        known = lately.get(row[0])
        card = known[1] if known is not None and known[0] == movie else card_of(movie)
        found.append(with_marks(card, marks) if marks and marks != UNMARKED else card)
    return found


def card_of(movie: tuple[Any, ...]) -> Card:
    """The card of the columns of SHARED, made where it is not known."""
    cached = cache.old.get(movie[0])
    if cached is None or cached[0] != movie:
        cached = movie, card_from_row(movie)
    cache.put(movie[0], cached)
    return cached[1]


def with_marks(card: Card, marks: Sequence[Any]) -> Card:
    """The card with the values of PERSONAL."""
    own = {
        name: source.convert(value) if source.convert and value is not None else value
        for (name, source), value in zip(PERSONAL.items(), marks, strict=True)
    }
    return card._replace(rendered=None, **own)


class CardCache:
    """The cards made lately, with their rows, so that no row need be understood or represented twice.

    Nothing has to be invalidated: whatever changes about a movie, its row is another one.
    """

    SIZE = 4096  # rows of a generation, about 2 kB each with what is kept about them

    def __init__(self) -> None:
        self.young: dict[int, tuple[tuple[Any, ...], Card]] = {}
        self.old: dict[int, tuple[tuple[Any, ...], Card]] = {}

    def put(self, pk: int, value: tuple[tuple[Any, ...], Card]) -> None:
        if len(self.young) >= self.SIZE:
            self.old, self.young = self.young, {}
        self.young[pk] = value


cache = CardCache()
