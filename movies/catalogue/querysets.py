"""Listings of any movies in any order, by the ORM; and of one genre, whose first pages are asked most."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Field

from movies.catalogue import rankings
from movies.catalogue.orderings import Order
from movies.models import Movie
from rest.pagination import KeysetListing, Row

if TYPE_CHECKING:
    from movies.querysets import MovieQuerySet


class QuerySetListing(KeysetListing):
    """The movies of a queryset. `count` tells how many they are where that is known better than by counting."""

    def __init__(self, movies: "MovieQuerySet", order: Order, count: Callable[[], int] | None = None) -> None:
        self.movies, self.by = movies, order
        self.order = str(order)
        self.count = count or movies.count

    def page(self, start: int, size: int) -> tuple[list[Row], int]:
        count = self.count()
        if start >= count:
            return [], count
        return self.by.rows(self.movies, start, size), count

    def after(self, key: Sequence[Any], size: int) -> tuple[list[Row], int]:
        return self.by.stretch(self.by.after(self.movies, self.typed(key)), 0, size), self.count()

    def before(self, key: Sequence[Any], size: int) -> tuple[list[Row], int]:
        return self.by.stretch(self.by.before(self.movies, self.typed(key)), 0, size)[::-1], self.count()

    def typed(self, key: Sequence[Any]) -> list[Any]:
        """The values of a key, which has been JSON."""
        return [field_of(path).to_python(value) for path, value in zip(self.by.fields, key, strict=True)]


def field_of(path: str) -> Field:
    """The model's field at the end of an ORM path."""
    model: Any = Movie
    *relations, name = path.split("__")
    for relation in relations:
        model = model._meta.get_field(relation).related_model
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    return field.target_field if field.is_relation else field


class GenreListing(KeysetListing):
    """The movies of one genre by a figure, the highest first, or the newest added first."""

    def __init__(self, viewer: Any, genre: rankings.SizedGenre, order: str) -> None:
        self.viewer, self.genre, self.order = viewer, genre, order

    def page(self, start: int, size: int) -> tuple[list[Row], int]:
        column = self.order.removeprefix("-")
        if column == "id":
            return rankings.latest_of_genre(self.viewer, self.genre, start, size)
        return rankings.best_of_genre(self.viewer, self.genre, column, start, size)

    def after(self, key: Sequence[Any], size: int) -> tuple[list[Row], int]:
        return self.by_queryset().after(key, size)

    def before(self, key: Sequence[Any], size: int) -> tuple[list[Row], int]:
        return self.by_queryset().before(key, size)

    def by_queryset(self) -> QuerySetListing:
        return QuerySetListing(
            Movie.objects.in_genre(self.genre.id), Order.parse(self.order), lambda: self.genre.movies
        )
