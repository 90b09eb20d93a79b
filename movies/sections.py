"""What the catalogue knows about an account, for everything about it in one file: `accounts.export`."""

from typing import Any

from django.db.models import F, FloatField, Value
from django.db.models.functions import Cast

from accounts.export import Section, section
from accounts.models import User
from movies.models import Comment, CommentReport, Favorite, Like, Movie, Rating

MOVIE = {"movie_id": "movie_id", "movie": "movie__title"}


def sections(*, user: User, **signal: Any) -> list[Section]:
    """What the catalogue answers to `accounts.signals.account_exporting`."""
    return [
        section(
            "movies",
            "the movies that you added",
            Movie.objects.filter(user=user),
            id="id",
            uuid="uuid",
            title="title",
            description="description",
            release_date="release_date",
            duration="duration",
            director="director__name",
            cover_image="cover_image",
            created_at="created_at",
            updated_at="updated_at",
        ),
        section(
            "ratings",
            "your ratings, in stars",
            Rating.objects.by(user),
            **MOVIE,
            rating=Cast(F("half_stars"), FloatField()) / Value(2.0),
            created_at="created_at",
            updated_at="updated_at",
        ),
        section("likes", "the movies that you like", Like.objects.by(user), **MOVIE, created_at="created_at"),
        section("favourites", "your favourites", Favorite.objects.by(user), **MOVIE, created_at="created_at"),
        section(
            "comments",
            "your comments, those that moderators have hidden as well",
            Comment.objects.by(user),
            id="id",
            **MOVIE,
            text="text",
            is_hidden="is_hidden",
            created_at="created_at",
        ),
        section(
            "reports",
            "the comments that you reported",
            CommentReport.objects.filter(user=user),
            id="id",
            comment_id="comment_id",
            comment="comment__text",
            reason="reason",
            created_at="created_at",
        ),
    ]
