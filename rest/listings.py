"""What a list is made of: items in an order, a slice at a time, and where it can be gone on with."""

from collections.abc import Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from django.conf import settings
from django.db.models import Model, Q, QuerySet
from rest_framework.exceptions import ValidationError

Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)
FAR = 1000  # places: from here on skipping costs more than the rows themselves
Key = Sequence[Any]  # the values by which a listing orders an item: no two items have the same key


class Slice(NamedTuple, Generic[Item]):
    """Some consecutive items of a listing: what every listing gives."""

    items: Sequence[Item]
    total: int  # of the whole listing
    has_more: bool  # whether others follow in the direction that was asked
    edges: tuple[Key, Key] | None = None  # the keys of the first and last item; None: no items, or no cursors


class Listing(Generic[Item]):
    """Items in an order."""

    def slice(self, start: int, size: int) -> Slice[Item]:
        """At most `size` items from the place `start` (0 is the first) on."""
        raise NotImplementedError

    def total(self) -> int:
        """How many items there are."""
        return self.slice(0, 1).total


class KeysetListing(Listing[Item]):
    """A listing that can go on at any item. `order` names its order; a cursor is good for that order alone.

    `items` may lack one that was deleted while it was read; `has_more` and `edges` do not depend on that.
    """

    order: str

    def after(self, key: Key, size: int) -> Slice[Item]:
        """The next `size` items after the one with `key`."""
        raise NotImplementedError

    def before(self, key: Key, size: int) -> Slice[Item]:
        """The last `size` items before the one with `key`, in the order of the listing."""
        raise NotImplementedError


def refuse_depth(start: int, size: int, total: int) -> None:
    """Raises ValidationError for a place that would be reached by reading more than LIST_DEPTH items on the way.

    For orders that no index has: all of them are sorted then, and skipped. A list may be read from either end.
    """
    way = min(start, total - start - size)
    if settings.LIST_DEPTH and way >= settings.LIST_DEPTH:
        advice = "follow the link `next` instead of counting pages, order by one field alone, or filter more."
        said = f"Numbers reach {settings.LIST_DEPTH} items from either end of a list in this order: {advice}"
        raise ValidationError({"page": [said]}, code="too_deep")


class RowListing(KeysetListing[Row]):
    """The rows of a queryset in its own order or its model's: by columns that are never null, the last one unique."""

    def __init__(self, queryset: QuerySet[Row]) -> None:
        self.queryset = queryset
        self.terms = [str(term) for term in queryset.query.order_by or queryset.model._meta.ordering or ()]
        self.columns = [term.removeprefix("-") for term in self.terms]
        self.order = ",".join(self.terms)

    def total(self) -> int:
        return self.queryset.count()

    def slice(self, start: int, size: int) -> Slice[Row]:
        total = self.total()
        rows = self.rows(start, min(size, total - start), total) if start < total else []
        return self.sliced(rows, total, has_more=start + size < total)

    def rows(self, start: int, size: int, total: int) -> list[Row]:
        """`size` rows, far down read from the end of the list that is nearer."""
        behind = total - start - size
        if start < FAR or start <= behind:
            return list(self.queryset[start : start + size])
        return list(self.queryset.reverse()[behind : behind + size])[::-1]

    def after(self, key: Key, size: int) -> Slice[Row]:
        # One more than are shown tells whether there are others.
        rows = list(self.queryset.filter(self.beyond(key, backwards=False))[: size + 1])
        return self.sliced(rows[:size], self.queryset.count(), has_more=len(rows) > size)

    def before(self, key: Key, size: int) -> Slice[Row]:
        rows = list(self.queryset.reverse().filter(self.beyond(key, backwards=True))[: size + 1])
        return self.sliced(rows[:size][::-1], self.queryset.count(), has_more=len(rows) > size)

    def beyond(self, key: Key, *, backwards: bool) -> Q:
        """After the key by the first column; or equal by it and after the key by the second; and so on."""
        condition, equal = Q(), Q()
        for term, column, value in zip(self.terms, self.columns, key, strict=True):
            is_upwards = term.startswith("-") == backwards
            condition |= equal & Q(**{f"{column}__{'gt' if is_upwards else 'lt'}": value})
            equal &= Q(**{column: value})
        return condition

    def sliced(self, rows: list[Row], total: int, *, has_more: bool) -> Slice[Row]:
        return Slice(rows, total, has_more, (self.key_of(rows[0]), self.key_of(rows[-1])) if rows else None)

    def key_of(self, row: Row) -> Key:
        return [getattr(row, column) for column in self.columns]
