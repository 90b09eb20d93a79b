"""Any number of items, so many at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db.models import QuerySet

Item = TypeVar("Item")


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of `size` items in their order; the last may be shorter, and none is empty. Reads no further than asked."""
    remaining = iter(items)
    while chunk := list(islice(remaining, size)):
        yield chunk


def id_batches(rows: QuerySet[Any], size: int) -> Iterator[list[Any]]:
    """The primary keys of `rows` in ascending order, `size` at a time.

    Each list is a query of its own, which is over when the list is given. An iterator over the rows would stay open:
    on SQLite nothing can then be written that was committed elsewhere since, and on PostgreSQL all rows are in memory.
    """
    ids = rows.order_by("pk").values_list("pk", flat=True)
    batch = list(ids[:size])
    while batch:
        yield batch
        batch = list(ids.filter(pk__gt=batch[-1])[:size])
