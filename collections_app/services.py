"""Writing collections, each as a whole or not at all, and the favourite genres of their owner."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.shortcuts import get_object_or_404

from accounts.models import User
from collections_app.models import Collection, CollectionMovie
from metrics import quotas
from metrics.quotas import wait_for_account
from movies.models import Movie
from rest.database.text import fold_case
from rest.exceptions import QuotaReached

FAVOURITE_GENRES = 3
UUID_BYTES = 36  # which every movie of a collection has, if nothing else


def hold(*, uuid: uuid.UUID, user: User) -> None:
    """Takes the locks of whatever changes the user's collection, in the order in which the changes take them."""
    wait_for_account(user)
    Collection.objects.owned_by(user).select_for_update().filter(uuid=uuid).first()


@transaction.atomic
def create_collection(
    *, user: User, title: str, description: str, movies: list[dict[str, Any]] | None = None
) -> Collection:
    """Raises QuotaReached or StorageFull where the account has as many collections or as much text as it may."""
    wait_for_account(user)
    refuse_more(user)
    collection = Collection.objects.create(user=user, title=title, description=description)
    write_movies(collection, movies or [])
    measure(collection)
    refuse_more_text(user)
    return collection


@transaction.atomic
def change_collection(*, collection: Collection, movies: list[dict[str, Any]] | None = None, **texts: str) -> None:
    """Changes what is given; given `movies` replace the list. Concurrent changes wait for each other.

    Raises Http404 when the collection has just been deleted, and StorageFull where its owner has more text than an
    account may.
    """
    wait_for_account(collection.user)
    collection = get_object_or_404(Collection.objects.select_for_update(), pk=collection.pk)
    for name, text in texts.items():
        setattr(collection, name, text)
    collection.save()
    if movies is not None:
        collection.entries.all().delete()
        write_movies(collection, movies)
    measure(collection)
    refuse_more_text(collection.user)


@transaction.atomic
def delete_collection(*, collection: Collection) -> None:
    """Deletes the collection with its movies. Changes in progress go first: they would leave movies behind.

    Raises Http404 when the collection has just been deleted.
    """
    get_object_or_404(Collection.objects.select_for_update(), pk=collection.pk).delete()


@transaction.atomic
def delete_collections(*, ids: Sequence[int]) -> int:
    """Deletes those of these collections that are there; how many there were."""
    locked = list(Collection.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))
    Collection.objects.filter(pk__in=locked).delete()
    return len(locked)


@transaction.atomic
def remove_movies(*, ids: Sequence[int]) -> int:
    """Takes these entries out of their collections, which then have less text; how many there were."""
    entries = CollectionMovie.objects.filter(pk__in=ids)
    changed = list(Collection.objects.select_for_update().filter(pk__in=entries.values("collection")).order_by("pk"))
    count, _ = entries.delete()
    for collection in changed:
        measure(collection)
    return count


def refuse_more(user: User) -> None:
    """Raises QuotaReached where one more collection is too many."""
    quota = settings.QUOTA_COLLECTIONS
    if quota and quotas.has_quotas(user) and Collection.objects.owned_by(user).count() >= quota:
        raise QuotaReached(f"An account has at most {quota} collections. Delete one that you no longer need.")


def measure(collection: Collection) -> None:
    """Notes how much text the collection has, after whatever has been written."""
    collection.text_bytes = text_bytes_of(collection)
    Collection.objects.filter(pk=collection.pk).update(text_bytes=collection.text_bytes)


def refuse_more_text(user: User) -> None:
    """Raises StorageFull where the account has more text in its collections than it may."""
    if quotas.has_quotas(user):
        used = Collection.objects.owned_by(user).aggregate(bytes=Sum("text_bytes", default=0))["bytes"]
        quotas.require_room("text in collections", used, settings.QUOTA_COLLECTION_BYTES)


def text_bytes_of(collection: Collection) -> int:
    """The bytes of its own text and its movies', and UUID_BYTES for each of these."""
    entries = collection.entries.order_by().values_list("title", "description", "genres")
    of_movies = sum(UUID_BYTES + sum(len(text.encode()) for text in texts) for texts in entries)
    return len(collection.title.encode()) + len(collection.description.encode()) + of_movies


def write_movies(collection: Collection, movies: list[dict[str, Any]]) -> None:
    """Adds `movies` in order: `{"uuid", "title", "description", "genres"}`, each optional and null the same as missing.

    A movie that is not in the catalogue must have a title.
    """
    catalogue = in_catalogue([movie["uuid"] for movie in movies if movie.get("uuid")])
    entries = []
    for position, sent in enumerate(movies):
        key = sent.get("uuid") or uuid.uuid4()
        entries.append(
            CollectionMovie(
                collection=collection,
                position=position,
                uuid=key,
                movie=catalogue.get(key),
                title=sent.get("title") or catalogue[key].title,
                description=sent.get("description") or "",
                genres=sent.get("genres") or "",
            )
        )
    CollectionMovie.objects.bulk_create(entries, batch_size=1000)


def in_catalogue(uuids: list[uuid.UUID]) -> dict[uuid.UUID, Movie]:
    """The catalogue's movies with these UUIDs, by UUID."""
    return Movie.objects.in_bulk(uuids, field_name="uuid")


def favourite_genres(*, user: User, limit: int = FAVOURITE_GENRES) -> list[dict[str, Any]]:
    """`[{"genre", "count"}]`: the genres that occur most over all movies of all collections of `user`.

    Names are trimmed and compared without case; ties go by name. A genre is shown in its most frequent spelling.
    """
    movies = CollectionMovie.objects.in_collections_of(user)
    counts = movies.genre_counts(in_catalogue=True)
    counts += [(name, n) for text, n in movies.genre_counts(in_catalogue=False) for name in text.split(",")]
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for name, n in counts:
        if name.strip():
            spellings[fold_case(name)][name.strip()] += n
    ranked = sorted(spellings.items(), key=lambda item: (-item[1].total(), item[0]))
    return [{"genre": most_frequent(names), "count": names.total()} for _, names in ranked[:limit]]


def most_frequent(names: Counter[str]) -> str:
    """The name that occurs most; of several the first in alphabetical order."""
    return min(names, key=lambda name: (-names[name], name))
