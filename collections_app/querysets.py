"""Queries of collections and their movies."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from accounts.models import User
    from collections_app.models import Collection, CollectionMovie

PREVIEW = 10  # movies of each collection in a list of collections


class CollectionQuerySet(models.QuerySet["Collection"]):
    def owned_by(self, user: "User") -> Self:
        return self.filter(user=user)

    def with_movies_count(self) -> Self:
        """Annotates `movies_count`."""
        from collections_app.models import CollectionMovie

        entries = CollectionMovie.objects.filter(collection=OuterRef("pk")).order_by().values("collection")
        return self.annotate(movies_count=Coalesce(Subquery(entries.annotate(n=Count("pk")).values("n")), 0))

    def with_movies(self, limit: int | None = None) -> Self:
        """Prefetches `listed`: the first `limit` movies of each collection, or all of them, in order."""
        from collections_app.models import CollectionMovie

        entries = CollectionMovie.objects.with_catalogue_movie().order_by("position")
        return self.prefetch_related(Prefetch("entries", entries[:limit] if limit else entries, to_attr="listed"))


class CollectionMovieQuerySet(models.QuerySet["CollectionMovie"]):
    def with_catalogue_movie(self) -> Self:
        """Loads the catalogue's movie and its genres along, where there is one."""
        return self.select_related("movie").prefetch_related("movie__genre_links__genre")

    def in_collections_of(self, user: "User") -> Self:
        return self.filter(collection__user=user).order_by()

    def genre_counts(self, *, in_catalogue: bool) -> list[tuple[str, int]]:
        """`(genres, occurrences)`: single names for the catalogue's movies, else texts as sent ("Drama, Horror")."""
        entries = self.filter(movie__isnull=not in_catalogue)
        column = "movie__genres__name" if in_catalogue else "genres"
        return list(entries.values_list(column).annotate(n=Count("pk")).exclude(**{column: None}))
