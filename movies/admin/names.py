"""Directors and genres. Renaming or merging them brings the search index of every movie with the name up to date."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db import transaction
from django.db.models import ForeignKey, QuerySet
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse

from movies import models, naming
from rest.admin import LargeTableAdmin, UnchangedForm
from rest.admin.forms import TolerantAutocompleteSelect
from rest.database.sorting import without_signs
from rest.database.text import fold_accents

MERGED_AT_ONCE = 100


class NamedAdmin(LargeTableAdmin):
    form = UnchangedForm
    list_display = ["name", "created_at", "updated_at"]
    search_fields = ["plain_name__startswith"]
    fold = staticmethod(fold_accents)
    ordering = ["plain_name", "id"]
    fields = ["name"]
    actions = ("delete_selected", "merge_selected")
    why_in_use = "a movie has it"
    link: ClassVar["ForeignKey[Any, Any]"]  # of what refers to the name, as the choice of one is by that field

    # --- Writing ---

    def lock(self, row: Any) -> None:
        """Not yet: the movies come first, and the services know which."""

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        if not change:
            obj.pk = naming.add(model=self.model, name=obj.name).pk
        elif "name" in form.changed_data:
            naming.rename(row=obj, name=obj.name)

    def delete_rows(self, ids: Sequence[int]) -> int:
        return naming.delete(model=self.model, ids=ids)

    def rows_in_use(self, ids: Sequence[int]) -> QuerySet[Any]:
        return naming.in_use(self.model, ids)

    @admin.action(permissions=["delete"], description="Merge selected %(verbose_name_plural)s into one")
    def merge_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> TemplateResponse | None:
        rows = list(queryset.order_by("pk")[: MERGED_AT_ONCE + 1])
        if len(rows) > MERGED_AT_ONCE:
            self.message_user(request, f"At most {MERGED_AT_ONCE} are merged at once.", messages.WARNING)
            return None
        form = self.merge_form(request.POST if "into" in request.POST else None, rows)
        if form.is_valid():
            self.merge(request, rows, form.cleaned_data["into"])
            return None
        return self.ask_into(request, rows, form)

    def merge_form(self, data: Any, rows: list[Any]) -> "MergeForm":
        widget = TolerantAutocompleteSelect(self.link, self.admin_site)
        return MergeForm(data, rows=rows, into=forms.ModelChoiceField(self.model.objects.all(), widget=widget))

    def merge(self, request: HttpRequest, rows: list[Any], into: Any) -> None:
        others = [row for row in rows if row != into]
        names = ", ".join(f"“{row}”" for row in others)
        try:
            with transaction.atomic():
                self.log_deletions(request, self.model.objects.filter(pk__in=[row.pk for row in others]))
                self.log_change(request, into, f"Merged {names} into it.")
                movies = naming.merge(rows=others, into=into)
        except Http404:
            said = "One of them has just been deleted. Nothing has been merged."
            self.message_user(request, said, messages.ERROR)
            return
        self.message_user(request, f"Merged {names} into “{into}”: {movies:,} movies have it now.", messages.SUCCESS)

    def ask_into(self, request: HttpRequest, rows: list[Any], form: "MergeForm") -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"Merge {self.opts.verbose_name_plural} into one",
            "subtitle": None,
            "opts": self.opts,
            "media": self.media + form.media,
            "rows": rows,
            "form": form,
            "action_checkbox_name": helpers.ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "movies/merge_selected.html", context)


class MergeForm(forms.Form):
    """Asks for the one that stays, by the field `into`."""

    def __init__(self, data: Any, *, rows: list[Any], into: forms.ModelChoiceField) -> None:
        super().__init__(data)
        self.rows, self.fields["into"] = rows, into

    def clean_into(self) -> Any:
        into = self.cleaned_data["into"]
        if self.rows == [into]:
            raise forms.ValidationError("This is the only one that is selected: there is nothing to merge into it.")
        return into


@admin.register(models.Director)
class DirectorAdmin(NamedAdmin):
    link = models.Movie._meta.get_field("director")


@admin.register(models.Genre)
class GenreAdmin(NamedAdmin):
    link = models.MovieGenre._meta.get_field("genre")


@admin.register(models.GenreAlias)
class GenreAliasAdmin(LargeTableAdmin):
    """Changing one also brings the search index of every movie of the genre up to date."""

    form = UnchangedForm
    list_display = ["alias", "genre"]
    search_fields = ["alias_key__startswith"]
    fold = staticmethod(without_signs)
    ordering = ["genre_key", "alias_key"]
    fields = ["alias", "genre"]

    def lock(self, row: Any) -> None:
        """Not yet: the movies come first, and the services know which."""

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        naming.save_alias(alias=obj)

    def delete_rows(self, ids: Sequence[int]) -> int:
        return naming.delete_aliases(ids=ids)
