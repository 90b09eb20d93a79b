"""Movies, with their lists of names. Counts are read-only: only the services change them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from movies import covers, models, naming, search, services
from movies.admin.lists import NamesInline
from movies.querysets import MovieQuerySet
from rest.admin import LargeTableAdmin, UnchangedForm
from rest.exceptions import Busy

ONLY_COUNTS = ["average_rating", "ratings_count", "likes_count", "favorites_count", "comments_count"]


DECADES = [str(year) for year in range(2020, 1880, -10)]


class DecadeFilter(admin.SimpleListFilter):
    title = "decade"
    parameter_name = "decade"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(decade, f"{decade}s") for decade in DECADES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[models.Movie]) -> QuerySet[models.Movie]:
        decade = self.value()
        if decade is None:
            return queryset
        if decade not in DECADES:
            raise ValueError(f"{decade!r} is none of the decades.")
        return queryset.filter(release_date__range=(f"{decade}-01-01", f"{int(decade) + 9}-12-31"))


class DirectorInline(NamesInline):
    model = models.MovieDirector
    argument, name = "director_list", "director"


class GenreInline(NamesInline):
    model = models.MovieGenre
    argument, name = "genre_list", "genre"


# What the form below has no place for stands at its end. Directors are rows, of which the first is the movie's own.
PLACED = {"title", "description", "release_date", "duration", "director", "user", "cover_image"}
OTHERS = [field.name for field in models.Movie.edited_fields() if field.name not in PLACED]


class MovieForm(UnchangedForm):
    def clean_cover_image(self) -> Any:
        cover = self.cleaned_data["cover_image"]
        try:
            return covers.cleaned(cover) if isinstance(cover, UploadedFile) else cover
        except Busy as error:
            raise forms.ValidationError("Other pictures come first. Save it once more in a few seconds.") from error


@admin.register(models.Movie)
class MovieAdmin(LargeTableAdmin):
    also_deleted = "its ratings, likes, favourites and comments"
    form = MovieForm
    list_display = ["titled", "release_date", "director", "rating", "favorites", "user", "created_at"]
    list_select_related = ["director", "user", "stats"]
    list_filter = [DecadeFilter, "genres"]
    search_fields = ["title"]
    search_help_text = "Title, director or genre; typing errors are forgiven."
    ordering = ["-id"]
    autocomplete_fields = ["user"]
    inlines = [DirectorInline, GenreInline]
    readonly_fields = ["uuid", "cover", "created_at", "updated_at", *ONLY_COUNTS]
    fieldsets = [
        (None, {"fields": ["title", "description", ("release_date", "duration"), "user", *OTHERS]}),
        ("Cover", {"fields": ["cover_image", "cover"]}),
        ("Counted", {"fields": [tuple(ONLY_COUNTS)]}),
        ("Kept", {"fields": ["uuid", "created_at", "updated_at"], "classes": ["collapse"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Movie]:
        return super().get_queryset(request).select_related("director", "user", "stats")

    def get_autocomplete_fields(self, request: HttpRequest) -> Any:
        """The accounts to choose from are shown to those who may see them; others give a number."""
        return self.autocomplete_fields if request.user.has_perm("accounts.view_user") else []

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user" and "user" not in self.get_autocomplete_fields(request):
            kwargs |= {"widget": forms.NumberInput, "help_text": "The number of an account."}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[models.Movie], search_term: str
    ) -> tuple[QuerySet[models.Movie], bool]:
        assert isinstance(queryset, MovieQuerySet)  # get_queryset() made it
        return (search.search(queryset, search_term) if search_term.strip() else queryset), False

    # --- Columns ---

    @admin.display(description="title", ordering="sort_title")
    def titled(self, movie: models.Movie) -> str:
        return movie.title

    @admin.display(ordering="-stats__average_rating")
    def rating(self, movie: models.Movie) -> str:
        return f"{movie.stats.average_rating:.2f} ({movie.stats.ratings_count})" if movie.stats.ratings_count else "–"

    @admin.display(ordering="-stats__favorites_count")
    def favorites(self, movie: models.Movie) -> int:
        return movie.stats.favorites_count

    @admin.display(description="as it is now")
    def cover(self, movie: models.Movie) -> str:
        if not movie.cover_image:
            return "–"
        return format_html('<img src="{}" alt="cover" height="240">', movie.cover_image.url)

    @admin.display
    def average_rating(self, movie: models.Movie) -> str:
        return f"{movie.stats.average_rating:.2f}" if movie.pk else "–"

    @admin.display
    def ratings_count(self, movie: models.Movie) -> int:
        return movie.stats.ratings_count if movie.pk else 0

    @admin.display
    def likes_count(self, movie: models.Movie) -> int:
        return movie.stats.likes_count if movie.pk else 0

    @admin.display
    def favorites_count(self, movie: models.Movie) -> int:
        return movie.stats.favorites_count if movie.pk else 0

    @admin.display
    def comments_count(self, movie: models.Movie) -> int:
        return movie.stats.comments_count if movie.pk else 0

    # --- Writing ---

    def lock(self, row: Any) -> None:
        naming.keep_names()
        models.MovieStats.lock([row.pk])

    def save_model(self, request: HttpRequest, obj: models.Movie, form: forms.ModelForm, change: bool) -> None:
        """Nothing yet: the movie is written with its lists, in save_related()."""

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        fields = {name: form.cleaned_data[name] for name in form.changed_data if name in services.COLUMNS}
        fields |= {formset.argument: formset.chosen() for formset in formsets if formset.has_changed()}
        for formset in formsets:
            formset.save(commit=False)  # notes for the history of the page what has changed
        if "cover_image" in fields:
            fields["cover_image"] = fields["cover_image"] or None  # False where it is taken away
        if not change:
            user = fields.pop("user", None)
            form.instance.pk = services.add_movie(by=user, has_quotas=False, **fields).pk
        elif fields:
            services.change_movie(movie=form.instance, by=None, **fields)

    def delete_rows(self, ids: Sequence[int]) -> int:
        return services.delete_movies(movie_ids=ids)
