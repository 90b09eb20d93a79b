"""Deleting rows in the admin: any number of them, a batch in a transaction, through the services."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db import IntegrityError, models, transaction
from django.db.models import Model, ProtectedError, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

from rest.admin.forms import is_key
from rest.chunks import chunks

MOST_COUNTED = 10_000  # rows that a list counts, and that "select all" selects
SHOWN = 20  # rows that the question lists


class DeletionMixin(admin.ModelAdmin):
    """Asks before it deletes, with a list of bounded length, and says afterwards what it did."""

    deleted_at_once: ClassVar[int] = 500  # rows in a transaction
    also_deleted: ClassVar[str] = ""  # what goes with a row, as the question says it
    why_in_use: ClassVar[str] = "in use"  # of those that cannot be deleted, as the page says it
    actions: Any = ("delete_selected",)

    def delete_rows(self, ids: Sequence[Any]) -> int:
        """Deletes these rows, at most `deleted_at_once`, in one transaction; how many of them there were."""
        _, deleted = self.model._default_manager.filter(pk__in=ids).delete()
        return int(deleted.get(self.model._meta.label, 0))

    def rows_in_use(self, ids: Sequence[Any]) -> Any:
        """Those of the rows that cannot be deleted, as a queryset."""
        return self.model._default_manager.none()

    # --- One ---

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        ids = [row.pk for row in objs]
        rows = [f"{row}, with {self.also_deleted}" if self.also_deleted else str(row) for row in objs]
        in_use = [f"{row} ({self.why_in_use})" for row in self.rows_in_use(ids)[:SHOWN]]
        return rows, {str(self.opts.verbose_name_plural): len(rows)}, set(), in_use

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self.delete_rows([obj.pk])

    # --- Many ---

    @admin.action(permissions=["delete"], description="Delete selected %(verbose_name_plural)s")
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> TemplateResponse | None:
        ids, has_more = self.chosen(request, queryset)
        in_use = self.rows_in_use(ids)
        if request.POST.get("post") and not in_use.exists():
            self.delete_chosen(request, ids, has_more=has_more)
            return None
        return self.ask(request, ids, in_use, has_more=has_more)

    def chosen(self, request: HttpRequest, queryset: QuerySet[Any]) -> tuple[list[Any], bool]:
        """The ids of the chosen rows, and whether the list has more than can be chosen at once.

        Of all rows of a list those are meant that were there when the question was asked.
        """
        ids = list(dict.fromkeys(queryset.values_list("pk", flat=True)[: MOST_COUNTED + 1]))
        last = request.POST.get("last", "")
        asked = [pk for pk in ids if pk <= int(last)] if is_key(models.BigAutoField(), last) else ids
        return asked[:MOST_COUNTED], len(ids) > MOST_COUNTED

    def delete_chosen(self, request: HttpRequest, ids: list[Any], *, has_more: bool) -> None:
        deleted = 0
        for batch in chunks(ids, self.deleted_at_once):
            try:
                with transaction.atomic():
                    self.log_deletions(request, self.get_queryset(request).filter(pk__in=batch))
                    deleted += self.delete_rows(batch)
            except (IntegrityError, ProtectedError):
                end = f"Deleted {deleted:,}, and then no more: something has just begun to use one of the others."
                self.message_user(request, end, messages.ERROR)
                return
        name = self.opts.verbose_name if deleted == 1 else self.opts.verbose_name_plural
        said = [f"Deleted {deleted:,} {name}."]
        if deleted < len(ids):
            said.append(f"{len(ids) - deleted:,} of the selected were gone already.")
        if has_more:
            said.append(f"The list has more: at most {MOST_COUNTED:,} are deleted at once.")
        self.message_user(request, " ".join(said), messages.SUCCESS)

    def ask(self, request: HttpRequest, ids: list[Any], in_use: QuerySet[Any], *, has_more: bool) -> TemplateResponse:
        is_all = request.POST.get("select_across") == "1"
        shown = self.get_queryset(request).in_bulk(ids[:SHOWN])
        context = {
            **self.admin_site.each_context(request),
            "title": "Are you sure?",
            "subtitle": None,
            "opts": self.opts,
            "media": self.media,
            "shown": [shown[pk] for pk in ids[:SHOWN] if pk in shown],
            "in_use": in_use[:SHOWN],
            "count": len(ids),
            "unseen": len(ids) - len(ids[:SHOWN]),
            "most": MOST_COUNTED if has_more else None,
            "also_deleted": self.also_deleted,
            "action_checkbox_name": helpers.ACTION_CHECKBOX_NAME,
            "is_all": is_all,
            "sent_ids": ids[:1] if is_all else ids,
            "last": max(ids, default=0) if is_all else "",
        }
        return TemplateResponse(request, "rest/delete_selected.html", context)
