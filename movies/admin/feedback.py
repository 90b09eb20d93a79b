"""What people say about movies."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from movies import models, services
from movies.fields import stars
from rest.admin import ReadOnlyAdmin
from rest.database.text import fold_case


class FeedbackAdmin(ReadOnlyAdmin):
    """Feedback can be looked at and deleted. Deleting it also takes it out of the counts."""

    list_display = ["id", "user", "movie", "created_at"]
    list_select_related = ["user", "movie"]
    search_fields = ["user__username_key__startswith", "movie__title_key__startswith"]
    fold = staticmethod(fold_case)
    search_help_text = "The beginning of a username or of a movie's title."
    ordering = ["-id"]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def delete_rows(self, ids: Sequence[Any]) -> int:
        return services.remove_feedback(model=self.model, ids=ids)


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


@admin.register(models.Comment)
class CommentAdmin(FeedbackAdmin):
    list_display = ["id", "beginning", "user", "movie", "is_hidden", "created_at"]
    list_filter = ["is_hidden"]

    @admin.display(description="text")
    def beginning(self, comment: models.Comment) -> str:
        return comment.text if len(comment.text) <= 80 else comment.text[:79] + "…"
