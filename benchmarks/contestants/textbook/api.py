"""The textbook: nested ModelSerializers, select_related and prefetch_related, PageNumberPagination, SearchFilter, and
every count made when it is asked for."""

from typing import Any

from django.db.models import Avg, Count, Exists, F, FloatField, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce
from rest_framework import exceptions, filters, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from movies.models import Comment, Director, Favorite, Genre, Like, Movie, MovieGenre, Rating


class DirectorSerializer(serializers.ModelSerializer):
    class Meta:
        model = Director
        fields = ["id", "name"]


class GenreSerializer(serializers.ModelSerializer):
    class Meta:
        model = Genre
        fields = ["id", "name"]


class UserSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["id", "username"]


class MovieSerializer(serializers.ModelSerializer):
    director = DirectorSerializer()
    directors = serializers.SerializerMethodField()
    genre = serializers.SerializerMethodField()
    user = UserSerializer()
    average_rating = serializers.SerializerMethodField()
    ratings_count = serializers.IntegerField()
    likes_count = serializers.IntegerField()
    favorites_count = serializers.IntegerField()
    comments_count = serializers.IntegerField()
    favorite = serializers.BooleanField()
    liked = serializers.BooleanField()
    my_rating = serializers.FloatField()
    cover_image = serializers.SerializerMethodField()

    class Meta:
        model = Movie
        fields = [
            "id",
            "uuid",
            "title",
            "description",
            "release_date",
            "duration",
            "director",
            "directors",
            "genre",
            "cover_image",
            "average_rating",
            "ratings_count",
            "likes_count",
            "favorites_count",
            "comments_count",
            "favorite",
            "liked",
            "my_rating",
            "user",
            "created_at",
            "updated_at",
        ]

    def get_directors(self, movie: Movie) -> Any:
        return DirectorSerializer([link.director for link in movie.director_links.all()], many=True).data

    def get_genre(self, movie: Movie) -> Any:
        return GenreSerializer([link.genre for link in movie.genre_links.all()], many=True).data

    def get_average_rating(self, movie: Movie) -> float:
        return round(movie.average_rating, 2)

    def get_cover_image(self, movie: Movie) -> str | None:
        return movie.cover_image.url if movie.cover_image else None


class RatingSerializer(serializers.ModelSerializer):
    user = UserSerializer(read_only=True)
    rating = serializers.FloatField(min_value=0.5, max_value=5)

    class Meta:
        model = Rating
        fields = ["id", "movie", "user", "rating", "created_at", "updated_at"]
        read_only_fields = ["movie"]


def counted(model: Any) -> Coalesce:
    """How many rows of `model` a movie has, counted now."""
    rows = model.objects.filter(movie=OuterRef("pk")).order_by().values("movie").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(rows, output_field=IntegerField()), 0)


def average() -> Coalesce:
    ratings = Rating.objects.filter(movie=OuterRef("pk")).order_by().values("movie")
    mean = ratings.annotate(mean=Cast(Avg("half_stars"), FloatField()) / 2.0).values("mean")
    return Coalesce(Subquery(mean, output_field=FloatField()), 0.0)


class QFilter(filters.SearchFilter):
    search_param = "q"


class MovieViewSet(viewsets.ModelViewSet):
    serializer_class = MovieSerializer
    filter_backends = [QFilter, filters.OrderingFilter]
    search_fields = ["title", "director__name", "genres__name"]
    ordering_fields = ["id", "average_rating", "release_date", "title"]

    def get_queryset(self) -> QuerySet:
        movies = (
            Movie.objects.select_related("director", "user")
            .prefetch_related("director_links__director", "genre_links__genre")
            .order_by("-id")
        )
        if "genre" in self.request.query_params:
            movies = movies.filter(genres__name__iexact=self.request.query_params["genre"])
        return movies.annotate(
            average_rating=average(),
            ratings_count=counted(Rating),
            likes_count=counted(Like),
            favorites_count=counted(Favorite),
            comments_count=counted(Comment),
            **self.own(),
        )

    def own(self) -> dict[str, Any]:
        user = self.request.user
        if not user.is_authenticated:
            return {"favorite": Value(False), "liked": Value(False), "my_rating": Value(None, FloatField())}
        mine = {"user": user, "movie": OuterRef("pk")}
        half_stars = Rating.objects.filter(**mine).annotate(stars=F("half_stars") / 2.0).values("stars")
        return {
            "favorite": Exists(Favorite.objects.filter(**mine)),
            "liked": Exists(Like.objects.filter(**mine)),
            "my_rating": Subquery(half_stars, output_field=FloatField()),
        }

    def array_of(self, movies: Any) -> Response:
        return Response(self.get_serializer(movies, many=True).data)

    @action(detail=False, url_path="most-liked")
    def most_liked(self, request: Request) -> Response:
        return self.array_of(self.get_queryset().filter(favorites_count__gt=0).order_by("-favorites_count", "-id")[:10])

    @action(detail=False)
    def newest(self, request: Request) -> Response:
        return self.array_of(
            self.get_queryset().filter(release_date__isnull=False).order_by("-release_date", "-id")[:5]
        )

    @action(detail=False)
    def categories(self, request: Request) -> Response:
        genres = Genre.objects.filter(pk__in=MovieGenre.objects.values("genre")).order_by("name_key")
        best = self.get_queryset().order_by("-favorites_count", "-id")
        return Response(
            [
                {"id": genre.pk, "name": genre.name, "movies": self.get_serializer(movies, many=True).data}
                for genre in genres
                if (movies := best.filter(genres=genre)[:5])
            ]
        )

    @action(detail=False)
    def search(self, request: Request) -> Response:
        """SearchFilter: part of the title, of the director's name or of a genre's, newest first."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @action(detail=True, methods=["put"])
    def rating(self, request: Request, pk: str) -> Response:
        movie = Movie.objects.get(pk=pk)
        serializer = RatingSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        if movie.user_id == request.user.pk:
            raise exceptions.PermissionDenied
        half_stars = int(2 * serializer.validated_data["rating"])
        rating, is_new = Rating.objects.update_or_create(
            user=request.user, movie=movie, defaults={"half_stars": half_stars}
        )
        return Response(RatingSerializer(rating).data, status=201 if is_new else 200)

    @action(detail=True, methods=["post"])
    def like(self, request: Request, pk: str) -> Response:
        movie = Movie.objects.get(pk=pk)
        _, is_new = Like.objects.get_or_create(user=request.user, movie=movie)
        message = "Movie liked." if is_new else "You already like this movie."
        return Response({"message": message, "likes_count": movie.likes.count()}, status=201 if is_new else 200)
