"""Writing a collection whole or not at all, and what its owner likes best."""

import uuid
from collections import Counter, defaultdict
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404

from accounts.models import User
from collections_app.models import Collection, CollectionMovie
from movies.models import Movie
from rest.database.text import fold_case

FAVOURITE_GENRES = 3


@transaction.atomic
def create_collection(
    *, user: User, title: str, description: str, movies: list[dict[str, Any]] | None = None
) -> Collection:
    collection = Collection.objects.create(user=user, title=title, description=description)
    write_movies(collection, movies or [])
    return collection


@transaction.atomic
def change_collection(*, collection: Collection, movies: list[dict[str, Any]] | None = None, **texts: str) -> None:
    """Changes what is given; given `movies` replace the list. Concurrent changes wait for each other."""
    collection = get_object_or_404(Collection.objects.select_for_update(), pk=collection.pk)
    for name, text in texts.items():
        setattr(collection, name, text)
    collection.save()
    if movies is not None:
        collection.entries.all().delete()
        write_movies(collection, movies)


@transaction.atomic
def delete_collection(*, collection: Collection) -> None:
    """Deletes it with its movies, and waits for changes in progress, which would otherwise leave movies behind."""
    get_object_or_404(Collection.objects.select_for_update(), pk=collection.pk).delete()


def write_movies(collection: Collection, movies: list[dict[str, Any]]) -> None:
    """`movies` are `{"uuid", "title", "description", "genres"}`, each optional but the title of an unknown movie."""
    catalogue = in_catalogue([movie["uuid"] for movie in movies if movie.get("uuid")])
    entries = []
    for position, sent in enumerate(movies):
        movie = catalogue.get(sent.get("uuid"))
        entries.append(
            CollectionMovie(
                collection=collection,
                position=position,
                uuid=sent.get("uuid") or uuid.uuid4(),
                movie=movie,
                title=sent.get("title") or movie.title,
                description=sent.get("description", ""),
                genres=sent.get("genres", ""),
            )
        )
    CollectionMovie.objects.bulk_create(entries, batch_size=1000)


def in_catalogue(uuids: list[uuid.UUID]) -> dict[uuid.UUID, Movie]:
    return Movie.objects.in_bulk(uuids, field_name="uuid")


def favourite_genres(*, user: User, limit: int = FAVOURITE_GENRES) -> list[dict[str, Any]]:
    """`[{"genre", "count"}]`: the genres that occur most over all movies of all collections of `user`.

    Names are trimmed and compared without case; ties go by name. Of several ways to write a name the commonest shows.
    """
    entries = CollectionMovie.objects.in_collections_of(user)
    tally = entries.tally(in_catalogue=True)
    tally += [(name, n) for text, n in entries.tally(in_catalogue=False) for name in text.split(",")]
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for name, n in tally:
        if name.strip():
            spellings[fold_case(name)][name.strip()] += n
    ranked = sorted(spellings.items(), key=lambda item: (-item[1].total(), item[0]))
    return [{"genre": commonest(names), "count": names.total()} for _, names in ranked[:limit]]


def commonest(names: Counter[str]) -> str:
    return min(names, key=lambda name: (-names[name], name))
