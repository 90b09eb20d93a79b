"""What every admin page of a large catalogue needs."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import HttpRequest
from django.utils.functional import cached_property

MOST_COUNTED = 10_000


class BoundedPaginator(Paginator):
    """Counts no further than it has to: past ten thousand rows nobody pages by number, and COUNT reads them all."""

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[:MOST_COUNTED].count()


class LargeTableAdmin(admin.ModelAdmin):
    """A list that costs the same however long the table is: no COUNT over everything."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50


class SummarisedDeletionMixin:
    """The confirmation page names what goes along with a row, instead of listing what may be too much to list."""

    goes_along: str

    def get_deleted_objects(self, objs: Iterable[Model], request: HttpRequest) -> Any:
        rows = [f"{row}, with {self.goes_along}" for row in objs]
        return rows, {str(self.model._meta.verbose_name_plural): len(rows)}, set(), []  # type: ignore[attr-defined]


class ReadOnlyAdmin(LargeTableAdmin):
    """For what the program keeps itself: to look at, not to change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
