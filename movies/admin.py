"""Admin pages of the catalogue and its feedback. Counts are read-only: only the services change them."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html

from movies import covers, models, search, services
from movies.fields import stars
from movies.querysets import MovieQuerySet
from rest.admin import LargeTableAdmin, ReadOnlyAdmin, SummarisedDeletionMixin
from rest.database.text import fold_accents, fold_case

ONLY_COUNTS = ["average_rating", "ratings_count", "likes_count", "favorites_count", "comments_count"]


class DecadeFilter(admin.SimpleListFilter):
    title = "decade"
    parameter_name = "decade"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(str(year), f"{year}s") for year in range(2020, 1880, -10)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[models.Movie]) -> QuerySet[models.Movie]:
        decade = self.value() or ""
        if not decade.isdecimal():
            return queryset
        year = int(decade)
        return queryset.filter(release_date__range=(f"{year}-01-01", f"{year + 9}-12-31"))


class GenreInline(admin.TabularInline):
    model = models.MovieGenre
    autocomplete_fields = ["genre"]
    extra = 1


# What the form below has no place for stands at its end.
PLACED = {"title", "description", "release_date", "duration", "director", "user", "cover_image"}
OTHERS = [field.name for field in models.Movie.edited_fields() if field.name not in PLACED]


class MovieForm(forms.ModelForm):
    def clean_cover_image(self) -> Any:
        cover = self.cleaned_data["cover_image"]
        return covers.cleaned(cover) if isinstance(cover, UploadedFile) else cover


@admin.register(models.Movie)
class MovieAdmin(SummarisedDeletionMixin, LargeTableAdmin):
    also_deleted = "its ratings, likes, favourites and comments"
    form = MovieForm
    list_display = ["title", "release_date", "director", "rating", "favorites", "user", "created_at"]
    list_select_related = ["director", "user", "stats"]
    list_filter = [DecadeFilter, "genres"]
    search_fields = ["title"]
    search_help_text = "Title, director or genre; typing errors are forgiven."
    ordering = ["-id"]
    autocomplete_fields = ["director", "user"]
    inlines = [GenreInline]
    readonly_fields = ["uuid", "cover", "created_at", "updated_at", *ONLY_COUNTS]
    fieldsets = [
        (None, {"fields": ["title", "description", ("release_date", "duration"), "director", "user", *OTHERS]}),
        ("Cover", {"fields": ["cover_image", "cover"]}),
        ("Counted", {"fields": [tuple(ONLY_COUNTS)]}),
        ("Kept", {"fields": ["uuid", "created_at", "updated_at"], "classes": ["collapse"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Movie]:
        return super().get_queryset(request).select_related("director", "user", "stats")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[models.Movie], search_term: str
    ) -> tuple[QuerySet[models.Movie], bool]:
        assert isinstance(queryset, MovieQuerySet)  # get_queryset() made it
        return (search.search(queryset, search_term) if search_term.strip() else queryset), False

    # --- Columns ---

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
        return format_html('<img src="{}" alt="cover" style="max-height: 240px">', movie.cover_image.url)

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

    def save_model(self, request: HttpRequest, obj: models.Movie, form: forms.ModelForm, change: bool) -> None:
        old = form.initial.get("cover_image")
        super().save_model(request, obj, form, change)
        if not change:
            models.MovieStats.objects.create(movie=obj)
        if old and "cover_image" in form.changed_data:
            covers.discard(old.name)

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        services.index(form.instance)

    def delete_model(self, request: HttpRequest, obj: models.Movie) -> None:
        services.delete_movie(movie=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[models.Movie]) -> None:
        for movie in queryset:
            services.delete_movie(movie=movie)


class NamedAdmin(LargeTableAdmin):
    """Renaming also updates the search index of every movie that shows the name."""

    list_display = ["name", "created_at", "updated_at"]
    search_fields = ["name_key__startswith"]
    ordering = ["name_key"]
    movies_lookup: ClassVar[str]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, fold_case(search_term))

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "name" in form.changed_data:
            search.index(models.Movie.objects.filter(**{self.movies_lookup: obj}))


@admin.register(models.Director)
class DirectorAdmin(NamedAdmin):
    movies_lookup = "director"


@admin.register(models.Genre)
class GenreAdmin(NamedAdmin):
    movies_lookup = "genres"


class FeedbackAdmin(ReadOnlyAdmin):
    """Feedback can be looked at and deleted. Deleting it also takes it out of the counts."""

    list_display = ["id", "user", "movie", "created_at"]
    list_select_related = ["user", "movie"]
    search_fields = ["user__username_key__startswith", "movie__title_key__startswith"]
    search_help_text = "The beginning of a username or of a movie's title."
    ordering = ["-id"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, fold_case(search_term))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def remove(self, feedback: Any) -> None:
        services.set_mark(type(feedback), movie_id=feedback.movie.pk, user=feedback.user, wanted=False)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.remove(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for feedback in queryset.select_related("movie", "user"):
            self.remove(feedback)


@admin.register(models.Like)
class LikeAdmin(FeedbackAdmin):
    pass


@admin.register(models.Favorite)
class FavoriteAdmin(FeedbackAdmin):
    pass


@admin.register(models.Rating)
class RatingAdmin(FeedbackAdmin):
    list_display = ["id", "stars", "user", "movie", "created_at", "updated_at"]

    @admin.display(ordering="half_stars")
    def stars(self, rating: models.Rating) -> str:
        return f"{stars(rating.half_stars)} ★"

    def remove(self, feedback: models.Rating) -> None:
        services.remove_rating(movie=feedback.movie, user=feedback.user)


@admin.register(models.Comment)
class CommentAdmin(FeedbackAdmin):
    list_display = ["id", "beginning", "user", "movie", "created_at"]

    @admin.display(description="text")
    def beginning(self, comment: models.Comment) -> str:
        return comment.text if len(comment.text) <= 80 else comment.text[:79] + "…"

    def remove(self, feedback: models.Comment) -> None:
        services.remove_comment(comment=feedback)


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


@admin.register(models.SearchWord)
class SearchWordAdmin(ReadOnlyAdmin):
    list_display = ["text", "movies_count"]
    search_fields = ["text__startswith"]
    ordering = ["text"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, fold_accents(search_term))


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
