"""The catalogue: movies, and the ways to find them."""

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any, ClassVar, cast

from django.core.files.storage import default_storage
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import BaseSerializer

from accounts.models import User
from movies import catalogue, search, serializers, services
from movies.catalogue import Card
from movies.catalogue.orderings import Order
from movies.filters import MovieFilter
from movies.models import Genre, Movie, Tally
from movies.models.catalogue import MAX_NAME
from movies.permissions import IsAuthorOrStaffOrReadOnly
from movies.querysets import CATEGORY_SIZE, MOST_LIKED_LIMIT, MOST_LIKED_MAX, NEWEST_LIMIT, MovieQuerySet, is_id
from movies.swagger.catalogue import CATALOGUE, MOVIES
from movies.swagger.quotas import COVERS, MOVIES_A_DAY
from movies.views.feedback import MAX_ID, FeedbackActions
from rest.fast_path import fast_path
from rest.listings import Listing
from rest.pagination import PLACE, EnvelopePagination, WholeArrayPagination, link_header
from rest.parameters import positive_number
from rest.payload import Payload
from rest.reads import costly_read
from rest.swagger.operations import Operation


def required_parameter(request: Request, name: str) -> str:
    value = request.query_params.get(name, "").strip()
    if not value:
        raise ValidationError({name: ["This query parameter is required."]}, code="required")
    if "\0" in value:
        raise ValidationError({name: ["Null characters are not allowed."]}, code="null_characters_not_allowed")
    if len(value) > MAX_NAME:
        raise ValidationError({name: [f"Not more than {MAX_NAME} characters."]}, code="max_length")
    return value


class MovieViewSet(FeedbackActions, viewsets.ModelViewSet[Movie]):
    """The movies: newest added first, filtered and ordered as you like."""

    area: ClassVar[str] = "movies"
    areas: ClassVar[dict[str, str]] = FeedbackActions.areas
    heading = CATALOGUE
    operations: ClassVar[dict[str, Operation]] = {**MOVIES, **FeedbackActions.operations}
    queryset = Movie.objects.select_related("stats")
    serializer_class = serializers.MovieSerializer
    permission_classes = [IsAuthorOrStaffOrReadOnly]
    filterset_class: ClassVar[type[MovieFilter] | None] = MovieFilter
    lookup_value_converter = "int"
    throttle_scopes: ClassVar[dict[str, str]] = {
        "create": "create",
        **dict.fromkeys(("update", "partial_update", "destroy"), "write"),
        **FeedbackActions.throttle_scopes,
    }
    refusals: ClassVar[dict[str, dict[int, str]]] = {
        "create": {409: MOVIES_A_DAY, 413: COVERS},
        "update": {413: COVERS},
        "partial_update": {413: COVERS},
        **FeedbackActions.refusals,
    }
    detail_route: ClassVar[str | None] = "movie-detail"
    default_ordering: ClassVar[str] = "-id"
    pagination_classes: ClassVar[dict[str, type[EnvelopePagination]]] = {}  # of actions that have one of their own

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Compiles the dialect's shape, so that a serializer which reads cannot do is refused before any request."""
        super().__init_subclass__(**kwargs)
        catalogue.shape_of(cls.serializer_class)

    # --- Filters ---

    def asked(self) -> set[str]:
        """The filters that the request uses."""
        filters = self.filterset_class
        return set() if filters is None else filters.base_filters.keys() & self.request.query_params.keys()

    def filtered(self) -> MovieQuerySet:
        """The movies that the request's filters leave."""
        return cast(MovieQuerySet, self.filter_queryset(Movie.objects.all()))

    @property
    def ordering(self) -> str:
        """Several parameters are the same as one with commas."""
        return ",".join(self.request.query_params.getlist("ordering"))

    @staticmethod
    def known_count(asked: set[str]) -> Callable[[], int] | None:
        """Ordering alone leaves out nothing."""
        return partial(catalogue.kept_count, Tally.Kind.ALL, 0) if asked <= {"ordering"} else None

    # --- Reading: a listing says which movies, the read model says what they are ---

    def listed(self) -> Payload:
        """A page of the movies that lists choose from, in the order of lists."""
        asked = self.asked()
        if not asked and self.default_ordering in catalogue.AllMovies.ORDERS:
            return self.page_of(catalogue.AllMovies(self.request.user, self.default_ordering))
        genre = self.genre_listing(asked)
        if genre and not PLACE & set(self.request.query_params):  # its first page
            return self.page_of(genre)
        with costly_read(self.request, self.to_leave_out(asked)):
            return self.page_of(genre or self.chosen(asked))

    def chosen(self, asked: set[str]) -> catalogue.QuerySetListing:
        """The movies that the filters leave, in the order that is asked for."""
        movies = self.filtered()  # refuses an order that there is not
        order = Order.parse(self.ordering.strip(",") or self.default_ordering)
        return catalogue.QuerySetListing(self.request.user, movies, order, self.known_count(asked))

    def genre_listing(self, asked: set[str]) -> catalogue.GenreListing | None:
        """One genre by name, by a counted field or as it is: what is asked most, and needs no form to be understood."""
        ordering = self.ordering or self.default_ordering
        column = ordering.removeprefix("-")
        is_plain = asked <= {"genre", "ordering"} and ordering == f"-{column}"
        if not is_plain or "genre" not in asked or column not in {"id", *catalogue.COLUMNS}:
            return None
        names = self.request.query_params.getlist("genre")
        is_name = len(names) == 1 and not is_id(names[0]) and "\0" not in names[0]
        genre = catalogue.genre_named(names[0]) if is_name else None
        return genre and catalogue.GenreListing(self.request.user, genre, f"-{column}")

    @staticmethod
    def to_leave_out(asked: set[str]) -> list[str]:
        """The parameters to leave out where a list is too slow: first those that no index helps."""
        return sorted(asked, key=lambda name: (name not in ("ordering", "genre_not"), name))

    def represent(self, cards: Sequence[Card]) -> list[Any]:
        """Movies in the shape of this view's serializer."""
        return catalogue.represent(cards, self.get_serializer_class(), self.address_of)

    def address_of(self, file: str) -> str:
        return self.request.build_absolute_uri(default_storage.url(file))

    @fast_path
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Payload:
        """List the movies. The newest added first, unless `ordering` says otherwise. Filters can be combined."""
        return self.listed()

    @fast_path
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Payload:
        """A movie."""
        pk = self.movie_id()
        cards = catalogue.read([pk], request.user) if pk <= MAX_ID else []
        if not cards:
            raise Http404("No Movie matches the given query.")
        return Payload(self.represent(cards)[0])

    # --- Writing ---

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add a movie. Only the title is required."""
        return super().create(request, *args, **kwargs)

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Replace a movie.

        By whoever added it, or staff. Takes the same fields as adding one; what is not required and not sent stays as
        it is.
        """
        return super().update(request, *args, **kwargs)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change parts of a movie.

        By whoever added it, or staff. What is not sent stays as it is; sent `directors` or `genre` replace the list.

        Shown as a form, so that a picture can be chosen. JSON does just as well:

        ```json
        {"duration": 116, "director": {"name": "Ridley Scott"}, "genre": [{"id": 3}], "cover_image": null}
        ```
        """
        return super().partial_update(request, *args, **kwargs)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete a movie. By whoever added it, or staff; its comments, likes and ratings go with it."""
        return super().destroy(request, *args, **kwargs)

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        movie = services.add_movie(by=self.caller(), **serializer.validated_data)
        serializer.instance = self.whole(movie)

    def perform_update(self, serializer: BaseSerializer[Any]) -> None:
        changed = cast(Movie, serializer.instance)
        movie = services.change_movie(movie=changed, by=self.caller(), **serializer.validated_data)
        serializer.instance = self.whole(movie)

    def caller(self) -> User:
        """Who writes: permissions have refused anybody anonymous."""
        return cast(User, self.request.user)

    def whole(self, movie: Movie) -> Movie:
        """The movie as it is now, with all that a reply shows. Raises Http404 when it has just been deleted."""
        stored: Movie = get_object_or_404(Movie.objects.complete().as_seen_by(self.request.user), pk=movie.pk)
        return stored

    def perform_destroy(self, instance: Movie) -> None:
        services.delete_movie(movie=instance)

    def get_success_headers(self, data: Any) -> dict[str, str]:
        if self.detail_route is None:
            return {}
        movie = data.serializer.instance
        value = getattr(movie, self.lookup_field)
        kwargs = {self.lookup_url_kwarg or self.lookup_field: value}
        return {"Location": reverse(self.detail_route, kwargs=kwargs, request=self.request)}

    # --- Finding ---

    def page_of(self, listing: Listing[Card]) -> Payload:
        """The page of the listing that the request asks for."""
        page = self.paginator.page_of(listing, self.request)
        return self.paginator.payload(page, self.represent(page.items))

    @cached_property
    def paginator(self) -> EnvelopePagination:
        """That of the action, where it has one of its own, else the view's."""
        kind = self.pagination_classes.get(self.action, self.pagination_class)
        return cast(type[EnvelopePagination], kind)()

    @action(detail=False)
    @fast_path
    def search(self, request: Request) -> Payload:
        """Search the movies.

        By title, director or genre, the best match first. Case, accents and typing errors are forgiven. The filters of
        the list narrow the result down. A search finds the 1,000 best at most; where all its words are common, only
        the best-ranked movies of the rarest one are looked at.
        """
        text = required_parameter(request, "q")
        asked = self.asked()
        with costly_read(request, sorted(asked)):
            ranked = search.find(text, self.filtered() if asked else None)
            return self.page_of(catalogue.IdListing(request.user, ranked))

    @action(detail=False)
    @fast_path
    def genre(self, request: Request) -> Payload:
        """The movies of a genre.

        The newest added first, unless `ordering` says otherwise. Filters can be combined.
        """
        genre = Genre.objects.matching(required_parameter(request, "genre")).first()
        if genre is None:
            raise Http404("No Genre matches the given query.")
        return self.listed()

    @action(detail=False, pagination_class=WholeArrayPagination, filterset_class=None)
    @fast_path
    def categories(self, request: Request) -> Payload:
        """The genres with their best movies.

        The genres that have movies, by name, each with at most five of them, the most favoured first.
        """
        with costly_read(request):
            page = self.paginator.page_of(catalogue.Categories(CATEGORY_SIZE), request)
            ids = list({pk: None for category in page.items for pk in category.movie_ids})
            cards = catalogue.read(ids, request.user)
        movies = dict(zip((card.id for card in cards), self.represent(cards), strict=True))
        return self.paginator.payload(
            page,
            [
                {"id": pk, "name": name, "movies": [movies[movie_id] for movie_id in ids if movie_id in movies]}
                for pk, name, ids in page.items
            ],
        )

    @action(detail=False, url_path="most-liked", pagination_class=WholeArrayPagination, filterset_class=None)
    @fast_path
    def most_liked(self, request: Request) -> Payload:
        """The most liked movies.

        Those that most users marked as favourite, most favourites first; none without any.
        """
        limit = positive_number(request, "limit", default=MOST_LIKED_LIMIT, most=MOST_LIKED_MAX)
        return self.top(catalogue.most_liked(limit, request.user))

    @action(detail=False, pagination_class=WholeArrayPagination, filterset_class=None)
    @fast_path
    def newest(self, request: Request) -> Payload:
        """The newest movies.

        The 5 movies with the latest release date. One more than ten years ahead only stands for an unknown date
        (9999-12-31), and is left out.
        """
        return self.top(catalogue.newest(NEWEST_LIMIT, request.user))

    def top(self, cards: Sequence[Card]) -> Payload:
        """The first of a ranking as an array that is its own first and last page."""
        address = self.request.build_absolute_uri()
        return Payload(self.represent(cards), {"Link": link_header({"first": address, "last": address})})


catalogue.shape_of(MovieViewSet.serializer_class)
