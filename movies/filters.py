"""Filters and ordering of the list of movies."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django_filters.widgets import BaseCSVWidget

from movies.catalogue.orderings import SORT_FIELDS, Order
from movies.models import Director, Genre, Movie
from movies.models.catalogue import MAX_NAME
from movies.models.feedback import MAX_HALF_STARS
from movies.querysets import MovieQuerySet
from rest.database.text import fold_accents
from rest.filters import AskedFilterSet

MAX_RATING = MAX_HALF_STARS // 2
MAX_REFERENCES = 20
MAX_REFERENCES_TEXT = 2000  # characters of one parameter
MAX_COUNT = 2**31 - 1
YEARS = {"min_value": 1, "max_value": 9999}
MINUTES = {"min_value": 0, "max_value": 10**6}
SEVERAL = "several separated by commas or in several parameters"


class OrderingWidget(BaseCSVWidget, forms.TextInput):
    """Several parameters are the same as one with commas."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        texts = [text for text in data.getlist(name) if text]
        return ",".join(texts).split(",") if texts else []


class OrderingFilter(django_filters.OrderingFilter):
    """One or several of SORT_FIELDS."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            fields={name: name for name in SORT_FIELDS},
            widget=OrderingWidget,
            error_messages={
                "invalid_choice": "Select a valid choice. %(value).50s is not one of the available choices."
            },
            **kwargs,
        )

    def filter(self, qs: MovieQuerySet, value: list[str] | None) -> MovieQuerySet:
        return Order.parse(",".join(value)).sorted(qs) if value else qs


class ReferencesField(forms.CharField):
    """Ids or names, in one parameter with commas or in several parameters: the texts as they were sent."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: list[str] | None) -> list[str]:
        texts = [text for text in map(super().clean, value or []) if text.strip(", ")]
        if sum(text.count(",") + 1 for text in texts) > MAX_REFERENCES:
            raise forms.ValidationError(f"Not more than {MAX_REFERENCES} at once.", code="max_length")
        return texts


class ReferencesFilter(django_filters.Filter):
    field_class = ReferencesField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_REFERENCES_TEXT, **kwargs)


class PlainFilter(django_filters.CharFilter):
    """Part of a plain column, found without case and accents: `icontains` knows only ASCII on SQLite."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(lookup_expr="contains", max_length=MAX_NAME, **kwargs)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return super().filter(qs, fold_accents(value))


class WholeNumberFilter(django_filters.NumberFilter):
    field_class = forms.IntegerField


class NameFilter(AskedFilterSet):
    """Directors and genres by part of their names."""

    name = PlainFilter(field_name="plain_name", label="Part of the name (without case and accents).")


class MovieFilter(AskedFilterSet):
    title = django_filters.CharFilter(
        method="by_title", max_length=MAX_NAME, label="Part of the title (without case and accents)."
    )
    director = ReferencesFilter(
        method="by_director",
        label=f"The name (without case and accents) or id of any of a movie's directors; {SEVERAL}.",
    )
    genre = ReferencesFilter(
        method="by_genre", label=f"A genre's name (without case and accents) or id; {SEVERAL}: of any of them."
    )
    genre_all = ReferencesFilter(method="by_all_genres", label=f"Genres' names or ids, {SEVERAL}: of all of them.")
    genre_not = ReferencesFilter(method="by_no_genre", label=f"Genres' names or ids, {SEVERAL}: of none of them.")
    year = WholeNumberFilter(field_name="release_date", lookup_expr="year", label="Year of release.", **YEARS)
    min_year = WholeNumberFilter(
        field_name="release_date", lookup_expr="year__gte", label="Released in this year or later.", **YEARS
    )
    max_year = WholeNumberFilter(
        field_name="release_date", lookup_expr="year__lte", label="Released in this year or earlier.", **YEARS
    )
    released_after = django_filters.DateFilter(
        field_name="release_date", lookup_expr="gte", label="Released on this day (YYYY-MM-DD) or later."
    )
    released_before = django_filters.DateFilter(
        field_name="release_date", lookup_expr="lte", label="Released on this day (YYYY-MM-DD) or earlier."
    )
    min_duration = WholeNumberFilter(
        field_name="duration", lookup_expr="gte", label="At least so many minutes.", **MINUTES
    )
    max_duration = WholeNumberFilter(
        field_name="duration", lookup_expr="lte", label="At most so many minutes.", **MINUTES
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
    min_ratings_count = WholeNumberFilter(
        field_name="stats__ratings_count",
        lookup_expr="gte",
        min_value=0,
        max_value=MAX_COUNT,
        label="At least so many ratings.",
    )
    ordering = OrderingFilter(label="Order, descending with a minus sign; several separated by commas.")

    class Meta:
        model = Movie
        fields: list[str] = []

    def by_title(self, movies: MovieQuerySet, name: str, part: str) -> MovieQuerySet:
        return movies.titled(part)

    def by_director(self, movies: MovieQuerySet, name: str, references: list[str]) -> MovieQuerySet:
        return movies.directed_by(set().union(*Director.objects.ids_of(references)))

    def by_genre(self, movies: MovieQuerySet, name: str, references: list[str]) -> MovieQuerySet:
        return movies.of_genres(set().union(*Genre.objects.ids_of(references)))

    def by_all_genres(self, movies: MovieQuerySet, name: str, references: list[str]) -> MovieQuerySet:
        for ids in Genre.objects.ids_of(references):
            movies = movies.of_genres(ids)
        return movies

    def by_no_genre(self, movies: MovieQuerySet, name: str, references: list[str]) -> MovieQuerySet:
        return movies.not_of_genres(set().union(*Genre.objects.ids_of(references)))
