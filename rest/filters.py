"""Where filters act."""

from typing import Any

from django.db.models import QuerySet
from django_filters import Filter
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from rest_framework.request import Request


class ListFilterBackend(DjangoFilterBackend):
    """Filters choose among the items of a list. Whether one item is there does not depend on them."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        return queryset if view.detail else super().filter_queryset(request, queryset, view)


class AskedFilterSet(FilterSet):
    """Filters of which only those that the request names are made: a field for each of them takes a millisecond."""

    base_filters: dict[str, Filter]

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        self.base_filters = {name: one for name, one in self.base_filters.items() if name in (data or {})}
        super().__init__(data, *args, **kwargs)
