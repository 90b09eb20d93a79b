"""What clients send and get about movies, in the canonical shape."""

from typing import Any, ClassVar

from rest_framework import serializers

from movies.fields import (
    AddedByField,
    AverageField,
    CoverField,
    DirectorField,
    FavoriteField,
    GenreListField,
    StarsField,
)
from movies.models import Comment, Director, Genre, Like, Movie, Rating
from movies.models.feedback import MAX_COMMENT
from rest.database.text import not_blank
from rest.fields import AnyField, ModelSerializer, TextField


class MovieSerializer(ModelSerializer[Movie]):
    """A movie with everything about it. What the API returns can be sent back unchanged.

    Which fields have to be sent differs by dialect. They must have content, except where the movie that is changed has
    none either.
    """

    required_to_create: ClassVar[tuple[str, ...]] = ("title",)
    required_to_replace: ClassVar[tuple[str, ...]] = required_to_create

    director = DirectorField(required=False, allow_null=True)
    genre = GenreListField(source="genre_list", required=False)
    cover_image = CoverField(required=False, allow_null=True)
    average_rating = AverageField(source="stats.average_rating", read_only=True)
    ratings_count = serializers.IntegerField(source="stats.ratings_count", read_only=True)
    likes_count = serializers.IntegerField(source="stats.likes_count", read_only=True)
    favorites_count = serializers.IntegerField(source="stats.favorites_count", read_only=True)
    comments_count = serializers.IntegerField(source="stats.comments_count", read_only=True)
    favorite = FavoriteField(required=False)
    liked = serializers.BooleanField(read_only=True)
    my_rating = StarsField(source="my_half_stars", read_only=True, allow_null=True)
    user = AddedByField(required=False, allow_null=True)

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
        extra_kwargs = {"description": {"trim_whitespace": False}}

    def get_fields(self) -> dict[str, AnyField]:
        fields = super().get_fields()
        required = self.required_to_create if self.instance is None else self.required_to_replace
        for name, field in fields.items():
            field.required = name in required
            if field.required and self.has_content(field.source or name):
                require_content(field)
        return fields

    def has_content(self, source: str) -> bool:
        """Whether the movie has something there, or is new and has to have it."""
        return self.instance is None or bool(getattr(self.instance, source, None))


def require_content(field: AnyField) -> None:
    """Makes the field refuse null, a text that shows nothing, and an empty list."""
    field.allow_null = False
    if isinstance(field, serializers.CharField):
        field.allow_blank = False
        own = [check for check in field.validators if check is not not_blank]
        field.validators = [*own, not_blank]
    if isinstance(field, serializers.ListField):
        field.allow_empty = False


class NamedSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)


class DirectorSerializer(NamedSerializer, serializers.ModelSerializer[Director]):
    class Meta:
        model = Director
        fields = ["id", "name"]


class GenreSerializer(NamedSerializer, serializers.ModelSerializer[Genre]):
    class Meta:
        model = Genre
        fields = ["id", "name"]


class LikeSerializer(serializers.ModelSerializer[Like]):
    """Who liked a movie."""

    id = serializers.IntegerField(source="user.id", read_only=True)
    username = serializers.CharField(source="user.username", read_only=True)

    class Meta:
        model = Like
        fields = ["id", "username"]


class CommentSerializer(serializers.ModelSerializer[Comment]):
    user = serializers.CharField(source="user.username", read_only=True)
    movie = serializers.IntegerField(source="movie_id", read_only=True)
    text = TextField(max_length=MAX_COMMENT, trim_whitespace=False, validators=[not_blank])

    class Meta:
        model = Comment
        fields = ["id", "user", "movie", "text", "created_at"]


class OwnRatingSerializer(serializers.ModelSerializer[Rating]):
    """The caller's rating of the movie in the address."""

    rating = StarsField(source="half_stars")
    movie: AnyField = serializers.IntegerField(source="movie_id", read_only=True)
    user = AddedByField(read_only=True)

    class Meta:
        model = Rating
        fields = ["id", "movie", "user", "rating", "created_at", "updated_at"]


class RatingSerializer(OwnRatingSerializer):
    """A rating with the movie in the body."""

    movie = serializers.PrimaryKeyRelatedField(queryset=Movie.objects.all(), pk_field=serializers.IntegerField())
