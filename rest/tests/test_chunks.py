"""chunks() and id_batches(): every item once, in its order, and none read before it is wanted."""

import pytest
from django.conf import settings
from django.contrib.auth.models import Group

from rest.chunks import chunks, id_batches


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


@pytest.fixture
def no_groups(db):
    """Migrations make some."""
    Group.objects.all().delete()


@pytest.mark.parametrize("count", [0, 1, 3, 4, 6])
def test_every_id_is_in_one_batch_in_ascending_order(no_groups, count):
    ids = sorted(Group.objects.create(name=f"group{number}").pk for number in range(count))
    batches = list(id_batches(Group.objects.order_by("-name"), 3))
    assert batches == list(chunks(ids, 3))


def test_rows_that_come_or_go_between_two_batches_are_seen_as_they_are(no_groups):
    ids = [Group.objects.create(name=f"group{number}").pk for number in range(4)]
    batches = id_batches(Group.objects.all(), 2)
    assert next(batches) == ids[:2]
    Group.objects.filter(pk=ids[2]).delete()
    late = Group.objects.create(name="late").pk
    assert list(batches) == [[ids[3], late]]


def test_nothing_of_ours_reads_rows_by_an_iterator_that_stays_open():
    others = {".venv", ".venv-audit", ".venv-bench", "tests", "benchmarks"}
    own = [path for path in settings.BASE_DIR.rglob("*.py") if not others & set(path.parts)]
    assert len(own) > 100
    assert [str(path) for path in own if ".iterator(" in path.read_text(encoding="utf-8")] == []
