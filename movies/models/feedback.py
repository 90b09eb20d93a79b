"""What people say about movies: ratings, likes, favourites and comments.

The user is PROTECTed: an account's feedback is counted in MovieStats, so it leaves through
`movies.services.forget_user()`, never by a cascade that the counts would miss.
"""

from django.conf import settings
from django.db import models
from django.db.models import Count, Q, Sum

from movies.models.catalogue import Movie
from movies.querysets import CommentQuerySet, FeedbackQuerySet
from rest.database.text import not_blank

MIN_HALF_STARS, MAX_HALF_STARS = 1, 10
MAX_COMMENT = 5_000


class Feedback(models.Model):
    """One user's word on one movie."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="%(class)ss")
    movie = models.ForeignKey(Movie, on_delete=models.CASCADE, related_name="%(class)ss")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} of movie {self.movie_id} by user {self.user_id}"


class Rating(Feedback):
    """Half a star to five stars, in half stars."""

    half_stars = models.PositiveSmallIntegerField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(Feedback.Meta):
        constraints = [
            models.UniqueConstraint(fields=["user", "movie"], name="rating_once_per_user"),
            models.CheckConstraint(
                condition=Q(half_stars__range=(MIN_HALF_STARS, MAX_HALF_STARS)), name="rating_on_the_scale"
            ),
        ]

    @property
    def rating(self) -> float:
        """In stars, 0.5 to 5."""
        return self.half_stars / 2


class Like(Feedback):
    class Meta(Feedback.Meta):
        constraints = [models.UniqueConstraint(fields=["user", "movie"], name="like_once_per_user")]


class Favorite(Feedback):
    class Meta(Feedback.Meta):
        constraints = [models.UniqueConstraint(fields=["user", "movie"], name="favorite_once_per_user")]


class Comment(Feedback):
    text = models.TextField(max_length=MAX_COMMENT, validators=[not_blank])
    is_hidden = models.BooleanField(default=False, db_default=False, editable=False)  # as the account says

    objects = CommentQuerySet.as_manager()  # type: ignore[misc]  # the base class has another one

    class Meta(Feedback.Meta):
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="comment_not_blank")]
        indexes = [models.Index(fields=["movie", "-id"], name="comment_of_movie")]


# What MovieStats keeps of each kind of feedback: column → the aggregate over its rows.
AGGREGATES: dict[type[Feedback], dict[str, models.Aggregate]] = {
    Rating: {"ratings_sum": Sum("half_stars"), "ratings_count": Count("pk")},
    Like: {"likes_count": Count("pk")},
    Favorite: {"favorites_count": Count("pk")},
    Comment: {"comments_count": Count("pk", filter=Q(is_hidden=False))},
}
