"""Base classes of the admin's pages, for tables with millions of rows."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

MOST_COUNTED = 10_000


class BoundedPaginator(Paginator):
    """Counts at most MOST_COUNTED rows: nobody pages further by number, and COUNT would read every row."""

    object_list: QuerySet[Any]

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[:MOST_COUNTED].count()


class LargeTableAdmin(admin.ModelAdmin):
    """A list that costs the same however long the table is, since no COUNT goes over all of it."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50


class SummarisedDeletionMixin:
    """The confirmation of a deletion names what is deleted with a row; Django would list it all, however much it is."""

    also_deleted: str
    model: type[Model]

    def get_deleted_objects(self, objs: Iterable[Model], request: HttpRequest) -> Any:
        rows = [f"{row}, with {self.also_deleted}" for row in objs]
        return rows, {str(self.model._meta.verbose_name_plural): len(rows)}, set(), []


class ReadOnlyAdmin(LargeTableAdmin):
    """A page to look at: its rows are written by the program alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
