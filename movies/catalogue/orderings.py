"""Orders of movies, as data: by which fields, and how to seek from any row without counting the rows before it.

A movie's *key* is what its order compares: the fields' values, and last the id, so no two movies have the same key. The
id goes in the direction of the field before it and is of that field's table; so one index (field, id) serves both
directions, and the comparison of rows `(field, id) > (value, id)` starts in the midst of equal values.

Movies whose value is unknown come last in either direction. An index has them at one end only, so an order by such a
field has two *parts*, the known movies and then the unknown ones, each of which the index can serve.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from django.db.models import BooleanField, F, Field, Func, OrderBy, Q, Value
from django.db.models.lookups import GreaterThan, LessThan, Lookup

from movies.catalogue.cards import SOURCES
from movies.models import Movie

if TYPE_CHECKING:
    from movies.querysets import MovieQuerySet


@dataclass(frozen=True)
class SortField:
    """What movies can be ordered by: its public name, its column, and the id in the same table."""

    name: str
    path: str  # the ORM's, from the movie
    id_path: str = "id"
    may_be_unknown: bool = False

    @property
    def is_counted(self) -> bool:
        """Whether it is one of the movie's statistics."""
        return "__" in self.path


def field_of(path: str) -> Field:
    """The model's field at the end of an ORM path from the movie."""
    model: Any = Movie
    *relations, name = path.split("__")
    for relation in relations:
        model = model._meta.get_field(relation).related_model
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    found: Field = field.target_field if field.is_relation else field
    return found


def sort_field(name: str, path: str) -> SortField:
    return SortField(name, path, "stats__movie_id" if "__" in path else "id", may_be_unknown=field_of(path).null)


# By public name. Card declares them.
SORT_FIELDS = {name: sort_field(name, source.sort_by) for name, source in SOURCES.items() if source.sort_by}


class Row(Func):
    """A row of values, compared from left to right. Only ever an operand, so its own type does not matter."""

    template = "(%(expressions)s)"
    output_field = BooleanField()


@dataclass(frozen=True)
class Term:
    field: SortField
    is_descending: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        name = text.strip()
        return cls(SORT_FIELDS[name.removeprefix("-")], name.startswith("-"))

    def __str__(self) -> str:
        return f"-{self.field.name}" if self.is_descending else self.field.name

    @property
    def tie_breaker(self) -> "Term":
        """The id, which decides between movies with the same value."""
        return Term(SortField("id", self.field.id_path), self.is_descending)

    def after_condition(self, value: Any, *, backwards: bool) -> Q:
        """The condition of the movies after `value` in this order (before it, if `backwards`). None: it is unknown."""
        if not self.field.may_be_unknown:
            return self.beyond(value, backwards=backwards)
        unknown = Q(**{f"{self.field.path}__isnull": True})
        if value is None:
            return ~unknown if backwards else Q(pk__in=[])
        known = self.beyond(value, backwards=backwards)
        return known if backwards else known | unknown

    def beyond(self, value: Any, *, backwards: bool) -> Q:
        return Q(**{f"{self.field.path}__{'lt' if self.is_descending != backwards else 'gt'}": value})

    def equal(self, value: Any) -> Q:
        return Q(**{f"{self.field.path}__isnull": True} if value is None else {self.field.path: value})


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
            terms.setdefault(term.field.name, term)
            if term.field.name == "id":
                break  # no two movies have the same, so what follows decides nothing
        return cls(closed(tuple(terms.values())))

    def __str__(self) -> str:
        is_usual = len(self.terms) > 1 and self.terms[-1] == self.terms[-2].tie_breaker
        return ",".join(map(str, self.terms[:-1] if is_usual else self.terms))

    @property
    def has_index(self) -> bool:
        """Whether one index has it, beside the id."""
        return len(self.terms) == 1 or (
            len(self.terms) == 2 and self.terms[0].is_descending == self.terms[1].is_descending
        )

    # --- One statement ---

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The paths, from the movie, of the values that are a movie's key."""
        return tuple(term.field.path for term in self.terms)

    def expressions(self, *, backwards: bool = False) -> list[OrderBy]:
        """For `order_by()`. Unknown values come last, which costs PostgreSQL a sort where they go down: see parts()."""
        return [order_by(term, backwards=backwards, has_unknown=term.field.may_be_unknown) for term in self.terms]

    def sorted(self, movies: "MovieQuerySet", *, backwards: bool = False) -> "MovieQuerySet":
        return self.joined(movies).order_by(*self.expressions(backwards=backwards))

    def joined(self, movies: "MovieQuerySet") -> "MovieQuerySet":
        """Every movie has its statistics: saying so makes an inner join, which may begin with the statistics' index."""
        return movies.filter(stats__isnull=False) if any("__" in path for path in self.fields) else movies

    # --- Parts, slices and seeking ---

    def parts(self, movies: "MovieQuerySet", *, backwards: bool = False) -> list["MovieQuerySet"]:
        """Querysets which, one after the other, are `movies` in this order (`backwards`: in reverse)."""
        field = self.terms[0].field
        if len(self.terms) > 2 or not field.may_be_unknown:
            return [self.sorted(movies, backwards=backwards)]
        movies = self.plain(movies, backwards=backwards)
        parts = [movies.filter(**{f"{field.path}__isnull": unknown}) for unknown in (False, True)]
        return parts[::-1] if backwards else parts

    def plain(self, movies: "MovieQuerySet", *, backwards: bool) -> "MovieQuerySet":
        """Sorted, unknown values coming wherever the database has them."""
        return self.joined(movies).order_by(*(order_by(term, backwards=backwards) for term in self.terms))

    def rows(self, movies: "MovieQuerySet", start: int, size: int) -> list[tuple[Any, ...]]:
        """(id, *key) of at most `size` of `movies`, from the place `start` (0 is the first) of this order on."""
        return self.slice(self.parts(movies), start, size)

    def slice(self, parts: "Iterable[MovieQuerySet]", start: int, size: int) -> list[tuple[Any, ...]]:
        """(id, *key) of at most `size` movies of querysets that follow one another, from the place `start` on."""
        rows: list[tuple[Any, ...]] = []
        for part in parts:
            of_part = list(part.values_list("pk", *self.fields)[start : start + size - len(rows)])
            rows += of_part
            if len(rows) == size:
                break
            start = 0 if of_part or not start else max(0, start - part.count())
        return rows

    def after(self, movies: "MovieQuerySet", key: Sequence[Any]) -> Iterator["MovieQuerySet"]:
        """Querysets which, one after the other, are those of `movies` behind the one with `key`, in this order."""
        return self.seek(movies, key, backwards=False)

    def before(self, movies: "MovieQuerySet", key: Sequence[Any]) -> Iterator["MovieQuerySet"]:
        """Querysets which, one after the other, are those of `movies` ahead of the one with `key`, nearest first."""
        return self.seek(movies, key, backwards=True)

    def seek(self, movies: "MovieQuerySet", key: Sequence[Any], *, backwards: bool) -> Iterator["MovieQuerySet"]:
        """The querysets of after() or, `backwards`, of before()."""
        parts = self.parts(movies, backwards=backwards)
        if len(parts) > 1 and (key[0] is None) != backwards:
            del parts[0]  # the key is in the second part
        first, last = self.terms[0], self.terms[-1]
        if len(self.terms) == 1 or (len(self.terms) == 2 and key[0] is None and first.field.may_be_unknown):
            yield parts[0].filter(last.beyond(key[-1], backwards=backwards))
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
        """After the key by the first term; or equal by it and after the key by the second; and so on."""
        condition, equal = Q(), Q()
        for term, value in zip(self.terms, key, strict=True):
            condition |= equal & term.after_condition(value, backwards=backwards)
            equal &= term.equal(value)
        return condition

    @staticmethod
    def value(path: str, value: Any) -> Value:
        """`value` as the column at `path` stores it."""
        return Value(value, output_field=field_of(path))


def order_by(term: Term, *, backwards: bool = False, has_unknown: bool = False) -> OrderBy:
    """`has_unknown`: says where unknown values come, last unless `backwards`."""
    is_descending = term.is_descending != backwards
    nulls = {"nulls_first" if backwards else "nulls_last": True} if has_unknown else {}
    return OrderBy(F(term.field.path), descending=is_descending, **nulls)


def closed(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """`terms` with the id as the last one, which is that of the field's table and index wherever it can be."""
    *others, last = terms
    if last.field.name != "id":
        return (*terms, last.tie_breaker)
    if others and others[-1].is_descending == last.is_descending:
        return (*others, others[-1].tie_breaker)
    return terms
