"""Listings of any movies in any order, by the ORM; and of one genre, whose first pages are asked most."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from movies.catalogue import rankings
from movies.catalogue.cards import Card
from movies.catalogue.listings import MAX_OFFSET
from movies.catalogue.orderings import Order, field_of
from movies.catalogue.queries import read
from movies.models import Movie
from rest.listings import Key, KeysetListing, Slice, refuse_depth

if TYPE_CHECKING:
    from movies.querysets import MovieQuerySet


class QuerySetListing(KeysetListing[Card]):
    """The movies of a queryset, as `viewer` (a user, or anonymous) sees them.

    `count` tells how many they are where that is known better than by counting.
    """

    def __init__(
        self, viewer: Any, movies: "MovieQuerySet", order: Order, count: Callable[[], int] | None = None
    ) -> None:
        self.viewer, self.movies, self.sorting = viewer, movies, order
        self.order = str(order)
        self.is_indexed = count is not None and order.has_index
        self.count = cache(count or movies.count)

    def total(self) -> int:
        return self.count()

    def slice(self, start: int, size: int) -> Slice[Card]:
        total = self.count()
        rows = self.rows(start, min(size, total - start), total) if start < total else []
        return self.sliced(rows, total, has_more=bool(rows) and start + size < total)

    def rows(self, start: int, size: int, total: int) -> list[tuple[Any, ...]]:
        """An id and its key for each of `size` movies, read from the end of the list that is nearer."""
        behind = total - start - size
        if not self.is_indexed:
            refuse_depth(start, size, total)
        if start < MAX_OFFSET or start <= behind:
            return self.sorting.rows(self.movies, start, size)
        return self.sorting.slice(self.sorting.parts(self.movies, backwards=True), behind, size)[::-1]

    def after(self, key: Key, size: int) -> Slice[Card]:
        # One more than are shown tells whether there are others.
        rows = self.sorting.slice(self.sorting.after(self.movies, self.typed(key)), 0, size + 1)
        return self.sliced(rows[:size], self.count(), has_more=len(rows) > size)

    def before(self, key: Key, size: int) -> Slice[Card]:
        rows = self.sorting.slice(self.sorting.before(self.movies, self.typed(key)), 0, size + 1)
        return self.sliced(rows[:size][::-1], self.count(), has_more=len(rows) > size)

    def sliced(self, rows: Sequence[tuple[Any, ...]], total: int, *, has_more: bool) -> Slice[Card]:
        """The slice of rows of an id and its key."""
        edges = (rows[0][1:], rows[-1][1:]) if rows else None
        return Slice(read([pk for pk, *_ in rows], self.viewer), total, has_more, edges)

    def typed(self, key: Key) -> list[Any]:
        """The values of a key, which has been JSON."""
        return [field_of(path).to_python(value) for path, value in zip(self.sorting.fields, key, strict=True)]


class GenreListing(KeysetListing[Card]):
    """The movies of one genre by a counted field, the highest first, or the newest added first."""

    def __init__(self, viewer: Any, genre: rankings.SizedGenre, order: str) -> None:
        self.viewer, self.genre, self.order = viewer, genre, order
        self.column = order.removeprefix("-")

    def slice(self, start: int, size: int) -> Slice[Card]:
        total = self.genre.movies
        if self.column == "id":
            cards = rankings.latest_of_genre(self.viewer, self.genre, start, size)
        else:
            refuse_depth(start, size, total)
            cards = rankings.best_of_genre(self.viewer, self.genre, self.column, start, size)
        edges = (self.key_of(cards[0]), self.key_of(cards[-1])) if cards else None
        return Slice(cards, total, bool(cards) and start + size < total, edges)

    def key_of(self, card: Card) -> Key:
        return (card.id,) if self.column == "id" else (getattr(card, self.column), card.id)

    def after(self, key: Key, size: int) -> Slice[Card]:
        return self.by_queryset().after(key, size)

    def before(self, key: Key, size: int) -> Slice[Card]:
        return self.by_queryset().before(key, size)

    def by_queryset(self) -> QuerySetListing:
        return QuerySetListing(
            self.viewer, Movie.objects.in_genre(self.genre.id), Order.parse(self.order), lambda: self.genre.movies
        )
