"""What the program keeps: counts and the search index. To look at only."""

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest

from movies import models
from movies.admin.catalogue import ONLY_COUNTS
from rest.admin import ReadOnlyAdmin
from rest.database.text import fold_accents


@admin.register(models.MovieStats)
class MovieStatsAdmin(ReadOnlyAdmin):
    list_display = ["movie", *ONLY_COUNTS]
    list_select_related = ["movie"]
    ordering = ["-favorites_count", "-movie"]


@admin.register(models.Tally)
class TallyAdmin(ReadOnlyAdmin):
    list_display = ["kind", "of", "count"]
    list_filter = ["kind"]
    ordering = ["kind", "key"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Tally]:
        genre = models.Genre.objects.filter(pk=OuterRef("key")).order_by().values("name")
        return models.Tally.objects.annotate(genre=Subquery(genre)).order_by(*self.get_ordering(request))

    @admin.display(ordering="key")
    def of(self, tally: models.Tally) -> str:
        """What the key stands for."""
        if tally.kind == models.Tally.Kind.GENRE:
            name: str | None = vars(tally)["genre"]  # get_queryset() has annotated it
            return name or "a genre that is gone"
        ids = tally.ids
        return f"ids {ids.start:,} to {ids.stop - 1:,}" if ids else ""


@admin.register(models.GenreRevision)
class GenreRevisionAdmin(ReadOnlyAdmin):
    list_display = ["number"]
    ordering = ["id"]


@admin.register(models.SearchRevision)
class SearchRevisionAdmin(ReadOnlyAdmin):
    list_display = ["number"]
    ordering = ["id"]


@admin.register(models.SearchWord)
class SearchWordAdmin(ReadOnlyAdmin):
    list_display = ["text", "movies_count"]
    search_fields = ["text__startswith"]
    fold = staticmethod(fold_accents)
    ordering = ["text"]


@admin.register(models.SearchSpelling)
class SearchSpellingAdmin(SearchWordAdmin):
    list_display = ["text", "word"]
    list_select_related = ["word"]


@admin.register(models.SearchPosting)
class SearchPostingAdmin(ReadOnlyAdmin):
    list_display = ["word", "movie", "weight", "popularity"]
    list_select_related = ["word", "movie"]
    search_fields = ["word__text__exact"]
    ordering = ["-id"]
