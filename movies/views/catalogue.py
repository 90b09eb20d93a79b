"""The catalogue: movies, the ways to find them, directors and genres."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.files.storage import default_storage
from django.db.models import BigAutoField, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import BaseSerializer

from config.pagination import BareArrayPagination, WholeArrayPagination
from movies import catalogue, search, serializers, services
from movies.filters import MovieFilter, NameFilter
from movies.models import Director, Genre, Movie
from movies.permissions import IsAuthorOrStaffOrReadOnly
from movies.querysets import MOST_LIKED_LIMIT, MOST_LIKED_MAX, NEWEST_LIMIT, MovieQuerySet
from movies.views.feedback import FeedbackActions

MAX_ID = BigAutoField.MAX_BIGINT


def required_parameter(request: Request, name: str) -> str:
    value = request.query_params.get(name, "").strip()
    if not value:
        raise ValidationError({name: ["This query parameter is required."]}, code="required")
    if "\0" in value:
        raise ValidationError({name: ["Null characters are not allowed."]}, code="null_characters_not_allowed")
    return value


class MovieViewSet(FeedbackActions, viewsets.ModelViewSet):
    """The movies: newest added first, filtered and ordered as you like."""

    queryset = Movie.objects.select_related("stats")
    serializer_class = serializers.MovieSerializer
    permission_classes = [IsAuthorOrStaffOrReadOnly]
    filterset_class = MovieFilter
    lookup_value_converter = "int"
    throttle_scopes = {"create": "create", "add_comment": "create"}
    detail_route: ClassVar[str | None] = "movie-detail"

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """Filters lists only; and only where it is asked to, since building the filters' form takes a millisecond."""
        is_asked = self.filterset_class and self.filterset_class.base_filters.keys() & self.request.query_params.keys()
        return super().filter_queryset(queryset) if is_asked and not self.detail else queryset

    # --- Reading: querysets say which movies, the read model says what they are ---

    def listed(self) -> MovieQuerySet:
        """The movies that lists choose from, in the order of lists, without what only a whole movie needs."""
        return self.filter_queryset(Movie.objects.order_by("-id"))

    def represent(self, ids: Iterable[int]) -> list[dict[str, Any]]:
        shape = catalogue.shape_of(self.get_serializer_class())
        return [shape(card, self.address_of) for card in catalogue.read(list(ids), self.request.user)]

    def address_of(self, file: str) -> str:
        return self.request.build_absolute_uri(default_storage.url(file))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.page_of(self.listed())

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        found = self.represent([kwargs["pk"]]) if kwargs["pk"] < MAX_ID else []
        if not found:
            raise Http404("No Movie matches the given query.")
        return Response(found[0])

    # --- Writing ---

    def perform_create(self, serializer: BaseSerializer) -> None:
        movie = services.add_movie(by=self.request.user, **serializer.validated_data)
        serializer.instance = self.whole(movie)

    def perform_update(self, serializer: BaseSerializer) -> None:
        movie = services.change_movie(movie=serializer.instance, by=self.request.user, **serializer.validated_data)
        serializer.instance = self.whole(movie)

    def whole(self, movie: Movie) -> Movie:
        """The movie as it is now, with all that a reply shows. Raises Http404 when it has just been deleted."""
        return get_object_or_404(Movie.objects.complete().as_seen_by(self.request.user), pk=movie.pk)

    def perform_destroy(self, instance: Movie) -> None:
        services.delete_movie(movie=instance)

    def get_success_headers(self, data: Any) -> dict[str, str]:
        if self.detail_route is None:
            return {}
        return {"Location": reverse(self.detail_route, kwargs={"pk": data["id"]}, request=self.request)}

    # --- Finding ---

    def page_of(self, movies: QuerySet) -> Response:
        return self.get_paginated_response(self.represent(self.paginate_queryset(movies.values_list("pk", flat=True))))

    @action(detail=False)
    def search(self, request: Request) -> Response:
        """Movies whose title, director or genre matches `q`, best first; typing errors are forgiven."""
        text = required_parameter(request, "q")
        return self.page_of(search.search(self.listed(), text))

    @action(detail=False)
    def genre(self, request: Request) -> Response:
        """The movies of one genre, given by name (without case) or id."""
        genre = Genre.objects.matching(required_parameter(request, "genre")).first()
        if genre is None:
            raise Http404("No Genre matches the given query.")
        return self.page_of(self.listed())

    @action(detail=False, pagination_class=WholeArrayPagination, filterset_class=None)
    def categories(self, request: Request) -> Response:
        """The genres that have movies, each with at most five of them, the most favoured first."""
        genres = self.paginate_queryset(Genre.objects.with_movies())
        best = Movie.objects.best_of_each_genre(genre.pk for genre in genres)
        movies = {movie["id"]: movie for movie in self.represent({pk for ids in best.values() for pk in ids})}
        shown = {genre_id: [movies[pk] for pk in ids if pk in movies] for genre_id, ids in best.items()}
        return self.get_paginated_response(
            [{"id": genre.pk, "name": genre.name, "movies": shown.get(genre.pk, [])} for genre in genres]
        )

    @action(detail=False, url_path="most-liked", pagination_class=BareArrayPagination, filterset_class=None)
    def most_liked(self, request: Request) -> Response:
        """The movies that most users marked as favourite; `limit` of them."""
        limit = request.query_params.get("limit", str(MOST_LIKED_LIMIT))
        if not limit.isascii() or not limit.isdecimal() or int(limit[:9]) == 0:
            raise ValidationError({"limit": ["Must be a whole number from 1 to 50."]}, code="invalid")
        return self.top(Movie.objects.most_liked(), min(int(limit[:9]), MOST_LIKED_MAX))

    @action(detail=False, pagination_class=BareArrayPagination, filterset_class=None)
    def newest(self, request: Request) -> Response:
        """The five movies with the latest release date."""
        return self.top(Movie.objects.newest(), NEWEST_LIMIT)

    def top(self, movies: QuerySet, limit: int) -> Response:
        """The first of a ranking as an array that is its own first and last page."""
        address = self.request.build_absolute_uri()
        link = ", ".join(f'<{address}>; rel="{rel}"' for rel in ("first", "last"))
        return Response(self.represent(movies.values_list("pk", flat=True)[:limit]), headers={"Link": link})


class DirectorViewSet(viewsets.ReadOnlyModelViewSet):
    """Directors by name; `name` finds those that contain it."""

    queryset = Director.objects.all()
    serializer_class = serializers.DirectorSerializer
    filterset_class = NameFilter
    lookup_value_converter = "int"


class GenreViewSet(viewsets.ReadOnlyModelViewSet):
    """Genres by name; `name` finds those that contain it."""

    queryset = Genre.objects.all()
    serializer_class = serializers.GenreSerializer
    filterset_class = NameFilter
    lookup_value_converter = "int"
