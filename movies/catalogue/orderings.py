"""Orders of movies, as data: by which figures, and how to go on from any row without counting the rows before it.

A movie's *key* is what its order compares: the figures, and last the id, so that no two movies have the same key. The
id goes in the direction of the figure before it and is of that figure's table; so one index (figure, id) serves both
directions, and the comparison of rows `(figure, id) > (value, id)` starts in the midst of equal figures.

Movies whose figure is unknown come last in either direction. An index has them at one end only, so an order by such a
figure has two *parts*, the known movies and then the unknown ones, each of which the index can serve.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from django.db.models import BooleanField, F, Func, OrderBy, Q, Value
from django.db.models.lookups import GreaterThan, LessThan, Lookup

if TYPE_CHECKING:
    from movies.querysets import MovieQuerySet


@dataclass(frozen=True)
class Figure:
    """What movies can be ordered by: its public name, its column, and the id in the same table."""

    name: str
    path: str
    id_path: str = "id"
    may_be_unknown: bool = False


def counted(name: str) -> Figure:
    return Figure(name, f"stats__{name}", "stats__movie_id")


FIGURES = {
    figure.name: figure
    for figure in (
        Figure("id", "id"),
        Figure("title", "title_key"),
        Figure("release_date", "release_date", may_be_unknown=True),
        Figure("duration", "duration", may_be_unknown=True),
        counted("average_rating"),
        counted("ratings_count"),
        counted("likes_count"),
        counted("favorites_count"),
        counted("comments_count"),
        Figure("created_at", "created_at"),
        Figure("updated_at", "updated_at"),
    )
}


class Row(Func):
    """A row of values, compared from left to right. Only ever an operand, so its own type does not matter."""

    template = "(%(expressions)s)"
    output_field = BooleanField()


@dataclass(frozen=True)
class Term:
    figure: Figure
    is_descending: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        name = text.strip()
        return cls(FIGURES[name.removeprefix("-")], name.startswith("-"))

    def __str__(self) -> str:
        return f"-{self.figure.name}" if self.is_descending else self.figure.name

    @property
    def closing(self) -> "Term":
        """The id that decides between movies with the same figure."""
        return Term(Figure("id", self.figure.id_path), self.is_descending)

    def beyond(self, value: Any, *, backwards: bool) -> Q:
        """Which movies come after the figure `value` in this order (before it, if `backwards`)."""
        if not self.figure.may_be_unknown:
            return self.further(value, backwards=backwards)
        unknown = Q(**{f"{self.figure.path}__isnull": True})
        if value is None:
            return ~unknown if backwards else Q(pk__in=[])
        further = self.further(value, backwards=backwards)
        return further if backwards else further | unknown

    def further(self, value: Any, *, backwards: bool) -> Q:
        return Q(**{f"{self.figure.path}__{'lt' if self.is_descending != backwards else 'gt'}": value})

    def equal(self, value: Any) -> Q:
        return Q(**{f"{self.figure.path}__isnull": True} if value is None else {self.figure.path: value})


@dataclass(frozen=True)
class Order:
    """An order of movies: by its terms, one after the other, of which the last is the id."""

    terms: tuple[Term, ...]

    # --- Text ---

    @classmethod
    def parse(cls, text: str) -> Self:
        """The order of "-average_rating,title"; of "" the newest added first. ValueError for an unknown name."""
        terms: dict[str, Term] = {}
        for name in [name for name in text.split(",") if name.strip()] or ["-id"]:
            try:
                term = Term.parse(name)
            except KeyError as error:
                raise ValueError(f"Movies have no order by {name.strip()!r}.") from error
            terms.setdefault(term.figure.name, term)
            if term.figure.name == "id":
                break  # no two movies have the same, so what follows decides nothing
        return cls(closed(tuple(terms.values())))

    def __str__(self) -> str:
        is_usual = len(self.terms) > 1 and self.terms[-1] == self.terms[-2].closing
        return ",".join(map(str, self.terms[:-1] if is_usual else self.terms))

    # --- One statement ---

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The paths, from the movie, of the values that are a movie's key."""
        return tuple(term.figure.path for term in self.terms)

    def expressions(self, *, backwards: bool = False) -> list[OrderBy]:
        """For `order_by()`. Unknown values come last, which costs PostgreSQL a sort where they go down: see parts()."""
        return [order_by(term, backwards=backwards, has_unknown=term.figure.may_be_unknown) for term in self.terms]

    def sorted(self, movies: "MovieQuerySet", *, backwards: bool = False) -> "MovieQuerySet":
        return self.joined(movies).order_by(*self.expressions(backwards=backwards))

    def joined(self, movies: "MovieQuerySet") -> "MovieQuerySet":
        """Every movie has its statistics: saying so makes an inner join, which may begin with the statistics' index."""
        return movies.filter(stats__isnull=False) if any("__" in path for path in self.fields) else movies

    # --- Parts and steps ---

    def parts(self, movies: "MovieQuerySet", *, backwards: bool = False) -> list["MovieQuerySet"]:
        """Querysets which, one after the other, are `movies` in this order (`backwards`: in reverse)."""
        figure = self.terms[0].figure
        if len(self.terms) > 2 or not figure.may_be_unknown:
            return [self.sorted(movies, backwards=backwards)]
        movies = self.plain(movies, backwards=backwards)
        parts = [movies.filter(**{f"{figure.path}__isnull": unknown}) for unknown in (False, True)]
        return parts[::-1] if backwards else parts

    def plain(self, movies: "MovieQuerySet", *, backwards: bool) -> "MovieQuerySet":
        """Sorted, unknown values coming wherever the database has them."""
        return self.joined(movies).order_by(*(order_by(term, backwards=backwards) for term in self.terms))

    def rows(self, movies: "MovieQuerySet", start: int, size: int) -> list[tuple[Any, ...]]:
        """The id and the key of `size` of `movies`, from the place `start` (0 is the first) of this order on."""
        return self.stretch(self.parts(movies), start, size)

    def stretch(self, parts: "Iterable[MovieQuerySet]", start: int, size: int) -> list[tuple[Any, ...]]:
        """The same of querysets that follow one another."""
        found: list[tuple[Any, ...]] = []
        for part in parts:
            here = list(part.values_list("pk", *self.fields)[start : start + size - len(found)])
            found += here
            if len(found) == size:
                break
            start = 0 if here or not start else max(0, start - part.count())
        return found

    def after(self, movies: "MovieQuerySet", key: Sequence[Any]) -> Iterator["MovieQuerySet"]:
        """Querysets which, one after the other, are those of `movies` behind the one with `key`, in this order."""
        return self.steps(movies, key, backwards=False)

    def before(self, movies: "MovieQuerySet", key: Sequence[Any]) -> Iterator["MovieQuerySet"]:
        """Querysets which, one after the other, are those of `movies` ahead of the one with `key`, nearest first."""
        return self.steps(movies, key, backwards=True)

    def steps(self, movies: "MovieQuerySet", key: Sequence[Any], *, backwards: bool) -> Iterator["MovieQuerySet"]:
        parts = self.parts(movies, backwards=backwards)
        if len(parts) > 1 and (key[0] is None) != backwards:
            del parts[0]  # the key is in the second part
        first, last = self.terms[0], self.terms[-1]
        if len(self.terms) == 1 or (len(self.terms) == 2 and key[0] is None and first.figure.may_be_unknown):
            yield parts[0].filter(last.further(key[-1], backwards=backwards))
        elif len(self.terms) == 2 and first.is_descending == last.is_descending:
            # The comparison leaves out unknown values by itself, and is then the only one that an index can start from.
            yield self.plain(movies, backwards=backwards).filter(self.by_row(key, backwards=backwards))
        else:
            yield parts[0].filter(self.lexicographic(key, backwards=backwards))
        yield from parts[1:]

    def by_row(self, key: Sequence[Any], *, backwards: bool) -> Lookup:
        comparison = LessThan if self.terms[0].is_descending != backwards else GreaterThan
        return comparison(Row(*map(F, self.fields)), Row(*map(self.value, self.fields, key)))

    def lexicographic(self, key: Sequence[Any], *, backwards: bool) -> Q:
        """Further by the first term; or equal by it and further by the second; and so on."""
        condition, equal = Q(), Q()
        for term, value in zip(self.terms, key, strict=True):
            condition |= equal & term.beyond(value, backwards=backwards)
            equal &= term.equal(value)
        return condition

    @staticmethod
    def value(path: str, value: Any) -> Value:
        """`value` as the column at `path` stores it."""
        from movies.models import Movie, MovieStats

        model, name = (MovieStats, path.removeprefix("stats__")) if "__" in path else (Movie, path)
        return Value(value, output_field=model._meta.get_field(name))


def order_by(term: Term, *, backwards: bool = False, has_unknown: bool = False) -> OrderBy:
    """`has_unknown`: says where unknown values come, last unless `backwards`."""
    is_descending = term.is_descending != backwards
    nulls = {"nulls_first" if backwards else "nulls_last": True} if has_unknown else {}
    return OrderBy(F(term.figure.path), descending=is_descending, **nulls)


def closed(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """`terms` with the id as the last one, which is that of the figure's table and index wherever it can be."""
    *others, last = terms
    if last.figure.name != "id":
        return (*terms, last.closing)
    if others and others[-1].is_descending == last.is_descending:
        return (*others, others[-1].closing)
    return terms
