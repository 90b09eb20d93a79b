"""A movie's lists of names, in order, as rows of its page."""

from math import inf
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest

from rest.admin.forms import OUTDATED, TolerantAutocompleteSelect, is_outdated, version_of


class NameForm(forms.ModelForm):
    place = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=10_000,
        widget=admin.widgets.AdminIntegerFieldWidget,
        help_text="The list is in this order; a name without a place comes last.",
    )

    def clean(self) -> Any:
        """Compared with the database, two names that change places would each be there already."""
        return self.cleaned_data


class NamesFormSet(BaseInlineFormSet):
    """The list as a whole: the services write it anew, so the ids of its rows on a page say nothing."""

    argument: ClassVar[str]  # of the services
    name: ClassVar[str]  # the field with the director or genre

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        pk = form.fields["id"]
        form.fields["id"] = forms.CharField(required=False, widget=forms.HiddenInput, initial=pk.initial)
        if index is not None and index < self.initial_form_count():
            form.fields["place"].initial = index + 1

    def _construct_form(self, i: int, **kwargs: Any) -> forms.ModelForm:
        form: forms.ModelForm = super()._construct_form(i, **kwargs)  # type: ignore[misc]  # the stubs leave it out
        form.fields["id"].required = False
        return form

    def clean(self) -> None:
        super().clean()
        if not any(self.errors) and self.has_changed() and self.is_outdated():
            raise ValidationError(OUTDATED, code="outdated")

    def is_outdated(self) -> bool:
        return self.instance.pk is not None and is_outdated(self.data.get("version"), version_of(self.instance, {}))

    def has_changed(self) -> bool:
        return [row.pk for row in self.chosen()] != self.present()

    def present(self) -> list[int]:
        """The ids of the directors or genres that the movie has."""
        return list(self.get_queryset().values_list(self.name, flat=True))

    def chosen(self) -> list[Any]:
        """The directors or genres in the order that the page asks for; those without a place come last."""
        rows = []
        for number, form in enumerate(self.forms):
            data = form.cleaned_data
            if data.get(self.name) and not data.get("DELETE"):
                place = data.get("place")
                rows.append((inf if place is None else place, number, data[self.name]))
        return [row for _, _, row in sorted(rows, key=lambda item: item[:2])]


class NamesInline(admin.TabularInline):
    """Names of one kind. Whoever may add, change or see the movie may do so with them."""

    form = NameForm
    argument: ClassVar[str]
    name: ClassVar[str]
    extra = 1
    ordering = ("id",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["place", self.name]

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        own = {"argument": self.argument, "name": self.name}
        formset = type("FormSet", (NamesFormSet,), own)
        return super().get_formset(request, obj, formset=formset, **kwargs)

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == self.name:
            kwargs["widget"] = TolerantAutocompleteSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(f"movies.{'add' if obj is None else 'change'}_movie")

    has_change_permission = has_delete_permission = has_add_permission

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj) or request.user.has_perm("movies.view_movie")
