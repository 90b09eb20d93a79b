"""Filters and ordering of the list of movies."""

from typing import Any

import django_filters
from django.db.models import F, OrderBy, QuerySet

from config.text import fold_case
from movies.models import Director, Genre, Movie
from movies.models.feedback import MAX_HALF_STARS
from movies.querysets import MovieQuerySet

MAX_RATING = MAX_HALF_STARS // 2


class NullsLastOrderingFilter(django_filters.OrderingFilter):
    """Unknown values come last in either direction, on either database, and the id decides between equal ones."""

    def get_ordering_value(self, param: str) -> OrderBy:
        column = F(self.param_map[param.removeprefix("-")])
        return column.desc(nulls_last=True) if param.startswith("-") else column.asc(nulls_last=True)

    def filter(self, qs: MovieQuerySet, value: list[str] | None) -> MovieQuerySet:
        return super().filter(qs, [*value, "-id"]) if value else qs


class FoldedFilter(django_filters.CharFilter):
    """Part of a folded column, found without case: `icontains` knows only ASCII on SQLite."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(lookup_expr="contains", **kwargs)

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        return super().filter(qs, fold_case(value))


class NameFilter(django_filters.FilterSet):
    """Directors and genres by part of their names."""

    name = FoldedFilter(field_name="name_key", label="Part of the name (without case).")


class MovieFilter(django_filters.FilterSet):
    title = FoldedFilter(field_name="title_key", label="Part of the title (without case).")
    director = django_filters.CharFilter(method="by_director", label="A director's name (without case) or id.")
    genre = django_filters.CharFilter(method="by_genre", label="A genre's name (without case) or id.")
    year = django_filters.NumberFilter(
        field_name="release_date",
        lookup_expr="year",
        min_value=1,
        max_value=9999,
        decimal_places=0,
        label="Year of release.",
    )
    released_after = django_filters.DateFilter(
        field_name="release_date", lookup_expr="gte", label="Released on this day (YYYY-MM-DD) or later."
    )
    released_before = django_filters.DateFilter(
        field_name="release_date", lookup_expr="lte", label="Released on this day (YYYY-MM-DD) or earlier."
    )
    min_duration = django_filters.NumberFilter(
        field_name="duration", lookup_expr="gte", min_value=0, max_value=10**6, label="At least so many minutes."
    )
    max_duration = django_filters.NumberFilter(
        field_name="duration", lookup_expr="lte", min_value=0, max_value=10**6, label="At most so many minutes."
    )
    min_rating = django_filters.NumberFilter(
        field_name="stats__average_rating",
        lookup_expr="gte",
        min_value=0,
        max_value=MAX_RATING,
        label="An average of at least so many stars.",
    )
    max_rating = django_filters.NumberFilter(
        field_name="stats__average_rating",
        lookup_expr="lte",
        min_value=0,
        max_value=MAX_RATING,
        label="An average of at most so many stars.",
    )
    ordering = NullsLastOrderingFilter(
        fields={
            "id": "id",
            "title_key": "title",
            "release_date": "release_date",
            "duration": "duration",
            "stats__average_rating": "average_rating",
            "stats__ratings_count": "ratings_count",
            "stats__likes_count": "likes_count",
            "stats__favorites_count": "favorites_count",
            "stats__comments_count": "comments_count",
            "created_at": "created_at",
        },
        label="Order, descending with a minus sign; several separated by commas.",
    )

    class Meta:
        model = Movie
        fields: list[str] = []

    def by_director(self, movies: MovieQuerySet, name: str, reference: str) -> MovieQuerySet:
        return movies.filter(director__in=Director.objects.matching(reference))

    def by_genre(self, movies: MovieQuerySet, name: str, reference: str) -> MovieQuerySet:
        return movies.of_genres(Genre.objects.matching(reference))
