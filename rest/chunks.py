"""Any number of items, so many at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of `size` items in their order; the last may be shorter, and none is empty. Reads no further than asked."""
    remaining = iter(items)
    while chunk := list(islice(remaining, size)):
        yield chunk
