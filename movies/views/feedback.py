"""Feedback on movies: likes, favourites, comments and ratings."""

from functools import partial
from typing import Any, ClassVar, cast

from django.db.models import BigAutoField
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.authentication import AuthenticatedRequest
from accounts.models import User
from movies import moderation, serializers, services
from movies.catalogue import shape_of
from movies.fields import AverageField, stars
from movies.models import Comment, Favorite, Like, Movie, Rating
from movies.models.feedback import MAX_HALF_STARS, MIN_HALF_STARS
from movies.permissions import IsAuthorOrStaffOrReadOnly
from movies.querysets import CommentQuerySet, FeedbackQuerySet
from movies.swagger.feedback import COMMENTS, FEEDBACK, MOVIE_FEEDBACK, RATINGS
from movies.swagger.quotas import COMMENTS_A_DAY
from rest.fast_path import fast_path
from rest.payload import Payload
from rest.swagger.operations import Heading, Operation

MAX_ID = BigAutoField.MAX_BIGINT
RATING_FIELD = serializers.OwnRatingSerializer().fields["rating"]
feedback_action = partial(action, detail=True, permission_classes=[IsAuthenticatedOrReadOnly], heading=FEEDBACK)


class FeedbackActions(viewsets.GenericViewSet[Movie]):
    """The addresses below one movie at which its feedback is read and given."""

    areas: ClassVar[dict[str, str]] = dict.fromkeys(MOVIE_FEEDBACK, "feedback")
    heading: ClassVar[Heading] = FEEDBACK
    operations: ClassVar[dict[str, Operation]] = MOVIE_FEEDBACK
    # Liking and rating have none: each is one statement about one row, which is there once however often it is sent.
    throttle_scopes: ClassVar[dict[str, str]] = {
        "add_comment": "create",
        **dict.fromkeys(("favorite", "add_favorite", "remove_favorite", "remove_like", "unrate"), "write"),
    }

    refusals: ClassVar[dict[str, dict[int, str]]] = {"add_comment": {409: COMMENTS_A_DAY}}

    def movie_id(self) -> int:
        """The id of the movie that the address names by `lookup_field`. It may be of no movie where that is the id.

        Raises Http404 where no movie has the value of another field.
        """
        value = self.kwargs[self.lookup_url_kwarg or self.lookup_field]
        if self.lookup_field == "pk":
            return int(value)
        return int(get_object_or_404(Movie.objects.only("pk"), **{self.lookup_field: value}).pk)

    def lock_rows(self) -> None:
        """For a change on a condition (`rest.conditional`). What only adds something to the movie needs no lock."""
        user = self.request.user
        if self.detail and self.request.method != "POST" and isinstance(user, User) and self.movie_id() <= MAX_ID:
            services.hold(movie_id=self.movie_id(), by=user)

    def page_of_feedback(self, rows: FeedbackQuerySet, serializer_class: type[BaseSerializer[Any]]) -> Response:
        page = self.paginate_queryset(rows.select_related("user"))
        serializer = serializer_class(page, many=True, context=self.get_serializer_context())
        return self.get_paginated_response(serializer.data)

    def validated_data(self, serializer_class: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """The body, by this serializer. Raises ValidationError."""
        serializer = serializer_class(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    # --- Favourite ---

    def set_favorite(self, request: AuthenticatedRequest, wanted: bool | None) -> Response:
        """Sets or removes the caller's favourite; None changes it to the opposite."""
        mark = services.set_mark(Favorite, movie_id=self.movie_id(), user=request.user, wanted=wanted)
        message = "Movie added to favorites." if mark.is_set else "Movie removed from favorites."
        return Response({"message": message, "favorite": mark.is_set, "favorites_count": mark.count})

    @feedback_action(methods=["post"])
    def favorite(self, request: AuthenticatedRequest, **kwargs: Any) -> Response:
        """Toggle your favourite. Marks the movie as your favourite, or takes that back if it is one."""
        return self.set_favorite(request, None)

    @favorite.mapping.put
    def add_favorite(self, request: AuthenticatedRequest, **kwargs: Any) -> Response:
        """Mark as your favourite. However often you say so, it is marked once."""
        return self.set_favorite(request, True)

    @favorite.mapping.delete
    def remove_favorite(self, request: AuthenticatedRequest, **kwargs: Any) -> Response:
        """Take your favourite back. Says the same where it was not your favourite."""
        return self.set_favorite(request, False)

    # --- Like ---

    @feedback_action()
    def like(self, request: Request, **kwargs: Any) -> Response:
        """Who likes the movie. How many, and who, the latest first."""
        movie = self.get_object()
        page = self.page_of_feedback(movie.likes.all(), serializers.LikeSerializer)
        page.data = {
            "movie": movie.title,
            "likes_count": movie.stats.likes_count,
            "likes": page.data["results"],
            "next": page.data["next"],
            "previous": page.data["previous"],
        }
        return page

    @like.mapping.post
    @fast_path
    def add_like(self, request: AuthenticatedRequest, **kwargs: Any) -> Payload:
        """Like the movie. Nobody's like counts twice."""
        mark = services.set_mark(Like, movie_id=self.movie_id(), user=request.user, wanted=True)
        message = "Movie liked." if mark.has_changed else "You already like this movie."
        code = status.HTTP_201_CREATED if mark.has_changed else status.HTTP_200_OK
        return Payload({"message": message, "likes_count": mark.count}, status=code)

    @like.mapping.delete
    def remove_like(self, request: AuthenticatedRequest, **kwargs: Any) -> Response:
        """Take your like back."""
        mark = services.set_mark(Like, movie_id=self.movie_id(), user=request.user, wanted=False)
        message = "Like removed." if mark.has_changed else "You did not like this movie."
        return Response({"message": message, "likes_count": mark.count})

    # --- Comments ---

    @feedback_action()
    def comments(self, request: Request, **kwargs: Any) -> Response:
        """The comments on the movie. The newest first."""
        return self.page_of_feedback(self.get_object().comments.shown(), serializers.CommentSerializer)

    @comments.mapping.post
    def add_comment(self, request: AuthenticatedRequest, **kwargs: Any) -> Response:
        """Comment on the movie."""
        movie = self.get_object()
        comment = services.comment(movie=movie, user=request.user, **self.validated_data(serializers.CommentSerializer))
        return Response(serializers.CommentSerializer(comment).data, status=status.HTTP_201_CREATED)

    # --- Ratings ---

    @action(detail=True, permission_classes=[IsAuthenticated], heading=FEEDBACK)
    def rating(self, request: AuthenticatedRequest, **kwargs: Any) -> Response:
        """Your rating of the movie. 404 when you have not rated it."""
        rating = self.get_object().ratings.by(request.user).first()
        if rating is None:
            raise Http404("No Rating matches the given query.")
        return Response(serializers.OwnRatingSerializer(rating).data)

    @rating.mapping.put
    @fast_path
    def rate(self, request: AuthenticatedRequest, **kwargs: Any) -> Payload:
        """Rate the movie. Or replace your rating of it. Nobody rates a movie that they added."""
        rating, is_new = services.rate(movie_id=self.movie_id(), user=request.user, half_stars=self.sent_half_stars())
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Payload(shape_of(serializers.OwnRatingSerializer, of=Rating)(rating), status=code)

    def sent_half_stars(self) -> int:
        """The rating in the body, in half stars. Errors are phrased by a serializer, which costs more than the rest."""
        data: Any = self.request.data
        try:
            return int(RATING_FIELD.run_validation(data["rating"]))
        except (KeyError, TypeError, ValidationError):
            self.get_object()  # an unknown movie is 404, whatever was sent
            return int(self.validated_data(serializers.OwnRatingSerializer)["half_stars"])

    @rating.mapping.delete
    def unrate(self, request: AuthenticatedRequest, **kwargs: Any) -> Response:
        """Take your rating back."""
        if not services.remove_rating(movie=self.get_object(), user=request.user):
            raise Http404("No Rating matches the given query.")
        return Response(status=status.HTTP_204_NO_CONTENT)

    @feedback_action()
    def ratings(self, request: Request, **kwargs: Any) -> Response:
        """The ratings of the movie. The newest first; `distribution` says how many there are of each."""
        movie = self.get_object()
        counted = movie.ratings.distribution()
        page = self.page_of_feedback(movie.ratings.all(), serializers.OwnRatingSerializer)
        page.data["average_rating"] = AverageField().to_representation(movie.stats.average_rating)
        scale = range(MIN_HALF_STARS, MAX_HALF_STARS + 1)
        page.data["distribution"] = {str(stars(half_stars)): counted.get(half_stars, 0) for half_stars in scale}
        return page


class CommentViewSet(mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[Comment]):
    """A comment, by its own id."""

    area: ClassVar[str] = "feedback"
    heading = FEEDBACK
    operations: ClassVar[dict[str, Operation]] = COMMENTS
    throttle_scopes: ClassVar[dict[str, str]] = {"destroy": "write", "report": "report"}
    queryset = Comment.objects.select_related("movie", "user")
    serializer_class = serializers.CommentSerializer
    permission_classes = [IsAuthorOrStaffOrReadOnly]
    lookup_value_converter = "int"

    def get_queryset(self) -> CommentQuerySet:
        """Whoever may not know of a hidden comment finds none."""
        return cast(CommentQuerySet, super().get_queryset()).known_to(self.request.user)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A comment."""
        return super().retrieve(request, *args, **kwargs)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete a comment. By whoever wrote it, or staff."""
        return super().destroy(request, *args, **kwargs)

    def lock_rows(self) -> None:
        """For a change on a condition (`rest.conditional`)."""
        user, comment = self.request.user, self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if comment is not None and isinstance(user, User):
            services.hold(movie_id=comment.movie_id, by=user)

    def perform_destroy(self, instance: Comment) -> None:
        services.remove_comment(comment=instance)

    @action(detail=True, methods=["post"], permission_classes=[IsAuthenticated])
    def report(self, request: AuthenticatedRequest, **kwargs: Any) -> Response:
        """Report a comment to the moderators. Once: a second report of yours is answered with the first."""
        comment = self.get_object()
        serializer = serializers.CommentReportSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        report, is_new = moderation.report_comment(comment=comment, user=request.user, **serializer.validated_data)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(serializers.CommentReportSerializer(report).data, status=code)


class RatingViewSet(mixins.ListModelMixin, mixins.CreateModelMixin, viewsets.GenericViewSet[Rating]):
    """All ratings, the newest first. Each movie is rated once here, and never one's own."""

    area: ClassVar[str] = "feedback"
    heading = FEEDBACK
    operations: ClassVar[dict[str, Operation]] = RATINGS
    throttle_scopes: ClassVar[dict[str, str]] = {"create": "write"}
    queryset = Rating.objects.select_related("user")
    serializer_class = serializers.RatingSerializer
    default_ordering: ClassVar[str] = "-id"
    refusal: ClassVar[str | None] = None

    def get_queryset(self) -> FeedbackQuerySet:
        return cast(FeedbackQuerySet, super().get_queryset().order_by(self.default_ordering))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List all ratings. The newest first."""
        return super().list(request, *args, **kwargs)

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Rate a movie. Each movie once, and never one's own."""
        return super().create(request, *args, **kwargs)

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        user = self.request.user
        assert isinstance(user, User)  # the permission has seen to it
        movie, half_stars = serializer.validated_data["movie"], serializer.validated_data["half_stars"]
        try:
            rating, _ = services.rate(movie_id=movie.pk, user=user, half_stars=half_stars, only_once=True)
        except services.CannotRate as error:
            raise services.CannotRate(self.refusal) from error
        serializer.instance = rating
