"""What can be said about many collections."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from accounts.models import User

PREVIEW = 10  # movies of each collection in a list of collections


class CollectionQuerySet(models.QuerySet[Any]):
    def of(self, user: "User | Any") -> Self:
        return self.filter(user=user)

    def counted(self) -> Self:
        """With `movies_count`."""
        from collections_app.models import CollectionMovie

        entries = CollectionMovie.objects.filter(collection=OuterRef("pk")).order_by().values("collection")
        return self.annotate(movies_count=Coalesce(Subquery(entries.annotate(n=Count("pk")).values("n")), 0))

    def with_movies(self, limit: int | None = None) -> Self:
        """With `listed`: the first `limit` movies of each, or all of them, loaded together."""
        from collections_app.models import CollectionMovie

        entries = CollectionMovie.objects.complete().order_by("position")
        return self.prefetch_related(Prefetch("entries", entries[:limit] if limit else entries, to_attr="listed"))


class CollectionMovieQuerySet(models.QuerySet[Any]):
    def complete(self) -> Self:
        """With the catalogue's movie and its genres, where there is one."""
        return self.select_related("movie").prefetch_related("movie__genre_links__genre")

    def in_collections_of(self, user: "User | Any") -> Self:
        return self.filter(collection__user=user).order_by()

    def tally(self, *, in_catalogue: bool) -> list[tuple[str, int]]:
        """Genres and how often they occur: single names of catalogue movies, or the texts that were sent."""
        entries = self.filter(movie__isnull=not in_catalogue)
        column = "movie__genres__name" if in_catalogue else "genres"
        return list(entries.values_list(column).annotate(n=Count("pk")).exclude(**{column: None}))
