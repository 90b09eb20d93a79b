"""chunks(): every item once, in its order, and none read before it is wanted."""

import pytest

from rest.chunks import chunks


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, []), (1, [[0]]), (3, [[0, 1, 2]]), (4, [[0, 1, 2], [3]]), (6, [[0, 1, 2], [3, 4, 5]])],
)
def test_every_item_is_in_one_chunk_in_its_order(count, expected):
    assert list(chunks(range(count), 3)) == expected


def test_no_item_is_read_before_its_chunk_is_asked_for():
    items = iter(range(10))
    assert next(chunks(items, 4)) == [0, 1, 2, 3]
    assert next(items) == 4
