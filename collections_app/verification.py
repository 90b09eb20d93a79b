"""What `manage.py verify` compares of collections: how much text each has, which the quota is about."""

from collections.abc import Iterator
from functools import partial

from collections_app.models import Collection
from collections_app.services import text_bytes_of
from movies.verification import compared
from rest.chunks import id_batches

BATCH = 100  # collections, each of which is a query


def differences(*, fix: bool) -> Iterator[str]:
    """Every difference as a sentence; `fix` also mends it."""
    for ids in id_batches(Collection.objects.all(), BATCH):
        yield from compared(partial(text_lengths, ids), fix=fix)


def text_lengths(ids: list[int], *, fix: bool = False) -> Iterator[str]:
    """Those of these collections that have more or less text than is noted."""
    rows = Collection.objects.filter(pk__in=ids).order_by("pk")
    for collection in rows.select_for_update() if fix else rows:
        expected = text_bytes_of(collection)
        if collection.text_bytes != expected:
            yield f"collection {collection.pk}: text_bytes is {collection.text_bytes}, should be {expected}"
            if fix:
                Collection.objects.filter(pk=collection.pk).update(text_bytes=expected)
