"""The catalogue: movies, who directed them, their genres, and what is counted about them."""

import uuid
from collections.abc import Collection
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Cast

from movies.models.revision import GenreRevision
from movies.querysets import GenreQuerySet, MovieQuerySet, NamedQuerySet
from rest.database.sorting import sort_key
from rest.database.text import FitsWhenFolded, FoldedField, PlainField, not_blank

MAX_NAME = 255
MAX_NAME_KEY = 3 * MAX_NAME  # of a folded name
MAX_NAMES = 50  # directors or genres that a movie is given at once
fits_when_folded = FitsWhenFolded(MAX_NAME_KEY)
MAX_DESCRIPTION = 10_000
MAX_MINUTES = 60_000  # the longest films known run for weeks


class Named(models.Model):
    """Something known by its name, which is unique without case."""

    name = models.CharField(max_length=MAX_NAME, validators=[fits_when_folded, not_blank])
    name_key = FoldedField(max_length=MAX_NAME_KEY, unique=True, of="name")
    plain_name = PlainField(max_length=MAX_NAME_KEY, of="name", default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = NamedQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["plain_name", "id"]
        indexes = [models.Index(fields=["plain_name", "id"], name="%(class)s_by_name")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if type(self).objects.named(self.name).exclude(pk=self.pk).exists():
            raise ValidationError({"name": "This name is there already (compared without case)."})


class Director(Named):
    class Meta(Named.Meta):
        constraints = [models.CheckConstraint(condition=~Q(name_key=""), name="director_name_not_blank")]


class Genre(Named):
    objects = GenreQuerySet.as_manager()  # type: ignore[misc]  # the base class has another one

    class Meta(Named.Meta):
        constraints = [models.CheckConstraint(condition=~Q(name_key=""), name="genre_name_not_blank")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Saves, and says so: the read model holds the names of the genres in memory."""
        with transaction.atomic():
            is_new = self._state.adding
            super().save(*args, **kwargs)
            if not is_new:
                GenreRevision.advance()


def cover_path(movie: "Movie", filename: str) -> str:
    """Where a cover is kept: a name of our own choosing, a new one each time, so that caches never serve an old one."""
    return f"covers/{movie.uuid}-{uuid.uuid4().hex[:8]}{PurePath(filename).suffix}"


class Movie(models.Model):
    """What is edited about a movie. What is counted about it is in MovieStats, which changes far more often."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=MAX_NAME, validators=[fits_when_folded, not_blank])
    title_key = FoldedField(max_length=MAX_NAME_KEY, of="title")
    plain_title = PlainField(max_length=MAX_NAME_KEY, of="title", default="", db_default="")  # for filters
    sort_title = PlainField(max_length=MAX_NAME, of="title", fold=sort_key, default="", db_default="")
    description = models.TextField(blank=True, max_length=MAX_DESCRIPTION)
    release_date = models.DateField(null=True, blank=True)
    duration = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="In minutes.",
        validators=[MinValueValidator(1), MaxValueValidator(MAX_MINUTES)],
    )
    # The first of the directors, whom every card shows: so it stands here, too, and most movies are read without a look
    # at the links of the others.
    director = models.ForeignKey(
        Director, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    is_co_directed = models.BooleanField(default=False, db_default=False, editable=False)
    directors = models.ManyToManyField(Director, through="MovieDirector", related_name="movies")
    genres = models.ManyToManyField(Genre, through="MovieGenre", related_name="movies")
    cover_image = models.ImageField(upload_to=cover_path, blank=True)
    cover_bytes = models.PositiveIntegerField(default=0, db_default=0, editable=False)  # of the file
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="movies",
        verbose_name="added by",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = MovieQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        # One for each order and what is filtered by the same field: read backwards, it is the other direction.
        indexes = [
            models.Index(fields=["sort_title", "id"], name="movie_by_sort_title"),
            models.Index(fields=["title_key", "id"], name="movie_by_title"),
            models.Index(fields=["release_date", "id"], name="movie_by_release_date"),
            models.Index(fields=["duration", "id"], name="movie_by_duration"),
            models.Index(fields=["created_at", "id"], name="movie_by_created_at"),
            models.Index(fields=["updated_at", "id"], name="movie_by_updated_at"),
            models.Index(fields=["director", "id"], name="movie_of_director"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(title_key=""), name="movie_title_not_blank"),
            models.CheckConstraint(
                condition=Q(duration__isnull=True) | Q(duration__range=(1, MAX_MINUTES)), name="movie_duration_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.release_date.year})" if self.release_date else self.title

    @classmethod
    def edited_fields(cls) -> "list[models.Field[Any, Any]]":
        """The columns that people write: all but the key, what is folded, and what is set when a movie is saved."""
        return [field for field in cls._meta.concrete_fields if field.editable and not field.primary_key]

    @property
    def director_list(self) -> list[Director]:
        """The first director, and the others in the order in which they were given."""
        first = [self.director] if self.director else []
        links = self.director_links.all() if self.is_co_directed else ()
        return first + [link.director for link in links if link.director_id != self.director_id]

    @property
    def genre_list(self) -> list[Genre]:
        """The genres in the order in which they were given."""
        return [link.genre for link in self.genre_links.all()]


class MovieDirector(models.Model):
    """One director of one movie; the ids keep the order. The first is the movie's `director`, too."""

    # The unique constraint and the index below begin with one each.
    movie = models.ForeignKey(Movie, on_delete=models.CASCADE, related_name="director_links", db_index=False)
    director = models.ForeignKey(Director, on_delete=models.PROTECT, related_name="movie_links", db_index=False)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["movie", "director"], name="movie_director_once")]
        indexes = [models.Index(fields=["director", "movie"], name="movie_director_of_director")]

    def __str__(self) -> str:
        return self.director.name


class MovieGenre(models.Model):
    """One genre of one movie; the ids keep the order in which the genres were given."""

    # The unique constraint and the index below begin with one each.
    movie = models.ForeignKey(Movie, on_delete=models.CASCADE, related_name="genre_links", db_index=False)
    genre = models.ForeignKey(Genre, on_delete=models.PROTECT, related_name="movie_links", db_index=False)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["movie", "genre"], name="movie_genre_once")]
        indexes = [models.Index(fields=["genre", "movie"], name="movie_genre_of_genre")]

    def __str__(self) -> str:
        return self.genre.name


class MovieStats(models.Model):
    """What is counted about a movie, kept exact in the transaction of each cause. Ratings are in half stars.

    This row is also the movie's lock: whoever changes what is counted, or deletes the movie, takes it first.
    """

    movie = models.OneToOneField(Movie, on_delete=models.CASCADE, primary_key=True, related_name="stats")
    ratings_sum = models.BigIntegerField(default=0)
    ratings_count = models.PositiveIntegerField(default=0)
    likes_count = models.PositiveIntegerField(default=0)
    favorites_count = models.PositiveIntegerField(default=0)
    comments_count = models.PositiveIntegerField(default=0)
    average_rating = models.GeneratedField(
        expression=Case(
            When(ratings_count=0, then=Value(0.0)),
            default=Cast("ratings_sum", models.FloatField()) / Cast("ratings_count", models.FloatField()) / Value(2.0),
        ),
        output_field=models.FloatField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = verbose_name_plural = "movie statistics"
        constraints = [
            models.CheckConstraint(
                condition=Q(ratings_sum__gte=F("ratings_count")) & Q(ratings_sum__lte=10 * F("ratings_count")),
                name="stats_ratings_on_the_scale",
            ),
        ]
        indexes = [
            models.Index(F("favorites_count").desc(), F("movie").desc(), name="stats_most_favorites"),
            models.Index(F("likes_count").desc(), F("movie").desc(), name="stats_most_likes"),
            models.Index(F("average_rating").desc(), F("movie").desc(), name="stats_best_rated"),
            models.Index(F("ratings_count").desc(), F("movie").desc(), name="stats_most_ratings"),
            models.Index(F("comments_count").desc(), F("movie").desc(), name="stats_most_comments"),
        ]

    def __str__(self) -> str:
        return f"statistics of movie {self.movie_id}"

    @classmethod
    def lock(cls, movie_ids: Collection[int]) -> None:
        """Locks these movies until the transaction ends, in the order of their ids."""
        list(cls.objects.select_for_update().filter(pk__in=movie_ids).order_by("pk").values_list("pk"))
