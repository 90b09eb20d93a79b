"""Where filters act."""

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request


class ListFilterBackend(DjangoFilterBackend):
    """Filters choose among the items of a list. Whether one item is there does not depend on them."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        return queryset if view.detail else super().filter_queryset(request, queryset, view)
