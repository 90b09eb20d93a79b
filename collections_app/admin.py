"""Admin pages of collections and their movies."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from collections_app import services
from collections_app.models import Collection, CollectionMovie
from collections_app.querysets import CollectionMovieQuerySet, CollectionQuerySet
from rest.admin import LargeTableAdmin, UnchangedForm


class EntryInline(admin.TabularInline):
    """The movies of a collection, in order."""

    model = CollectionMovie
    fields = ["position", "uuid", "movie", "title", "genres"]
    autocomplete_fields = ["movie"]
    extra = 0


@admin.register(Collection)
class CollectionAdmin(LargeTableAdmin):
    is_personal = True
    form = UnchangedForm
    also_deleted = "its movies"
    fields = ["uuid", "user", "title", "description", "created_at", "updated_at"]
    list_display = ["title", "user", "movies_count", "created_at", "updated_at"]
    list_select_related = ["user"]
    search_fields = ["title__startswith", "user__username_key__startswith"]
    search_help_text = "The beginning of a title or of a username."
    ordering = ["-id"]
    autocomplete_fields = ["user"]
    readonly_fields = ["uuid", "created_at", "updated_at"]
    inlines = [EntryInline]

    def get_queryset(self, request: HttpRequest) -> CollectionQuerySet:
        return Collection.objects.with_movies_count().order_by(*self.get_ordering(request))

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        """Staff has no quotas, but what it writes counts among what the owner has."""
        super().save_related(request, form, formsets, change)
        services.measure(form.instance)

    def delete_rows(self, ids: Sequence[int]) -> int:
        return services.delete_collections(ids=ids)

    @admin.display
    def movies_count(self, collection: Collection) -> int:
        return collection.movies_count


@admin.register(CollectionMovie)
class CollectionMovieAdmin(LargeTableAdmin):
    is_personal = True
    list_display = ["collection", "position", "shown_title", "shown_genres", "uuid"]
    search_fields = ["collection__title__startswith", "title__startswith"]
    ordering = ["-id"]
    autocomplete_fields = ["collection", "movie"]

    def save_model(self, request: HttpRequest, obj: CollectionMovie, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        services.measure(obj.collection)

    def delete_rows(self, ids: Sequence[int]) -> int:
        return services.remove_movies(ids=ids)

    def get_queryset(self, request: HttpRequest) -> CollectionMovieQuerySet:
        movies = CollectionMovie.objects.with_catalogue_movie().select_related("collection")
        return movies.order_by(*self.get_ordering(request))
