"""Collections: a user's own ordered lists of movies."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from collections_app.querysets import CollectionMovieQuerySet, CollectionQuerySet
from movies.models import Movie
from rest.database.text import not_blank

MAX_TITLE = 255
MAX_TEXT = 20_000
MAX_GENRES = 1_000


class Collection(models.Model):
    """A list of movies. It belongs to one user, and nobody else sees it."""

    movies_count: int  # where the queryset was asked for it, `with_movies_count()`
    listed: list["CollectionMovie"]  # where the queryset was asked for it, `with_movies()`

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="collections")
    title = models.CharField(max_length=MAX_TITLE, validators=[not_blank])
    description = models.TextField(max_length=MAX_TEXT)
    text_bytes = models.PositiveIntegerField(default=0, db_default=0, editable=False)  # of it and its movies, in UTF-8
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CollectionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["user", "id"], name="collection_of_user")]
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="collection_title_not_blank")]

    def __str__(self) -> str:
        return self.title


class CollectionMovie(models.Model):
    """A movie's place in a collection.

    `uuid` is the client's. Where it is one of the catalogue's, `movie` is that movie, and its text is what is shown;
    the text that was sent is kept beside it, for the day when the catalogue loses the movie.
    """

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="entries", db_index=False)
    position = models.PositiveIntegerField()
    uuid = models.UUIDField(default=uuid.uuid4)
    movie = models.ForeignKey(
        Movie, on_delete=models.SET_NULL, null=True, blank=True, related_name="collection_entries"
    )
    title = models.CharField(max_length=MAX_TITLE, validators=[not_blank])
    description = models.TextField(blank=True, max_length=MAX_TEXT)
    genres = models.CharField(blank=True, max_length=MAX_GENRES, help_text="Separated by commas.")

    objects = CollectionMovieQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        verbose_name = "movie of a collection"
        verbose_name_plural = "movies of collections"
        constraints = [
            models.UniqueConstraint(fields=["collection", "uuid"], name="collection_movie_once"),
            models.UniqueConstraint(fields=["collection", "position"], name="collection_position_once"),
        ]

    def __str__(self) -> str:
        return self.shown_title

    @property
    def shown_title(self) -> str:
        return self.movie.title if self.movie else self.title

    @property
    def shown_description(self) -> str:
        return self.movie.description if self.movie else self.description

    @property
    def shown_genres(self) -> str:
        return ", ".join(genre.name for genre in self.movie.genre_list) if self.movie else self.genres
