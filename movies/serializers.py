"""What clients send and get about movies, in the canonical shape."""

from collections.abc import Iterable
from typing import Any, ClassVar

from rest_framework import serializers

from movies.fields import AddedByField, AverageField, CoverField, FavoriteField, StarsField
from movies.models import Comment, CommentReport, Director, Genre, Like, Movie, Rating
from movies.models.feedback import MAX_COMMENT
from movies.models.reports import MAX_REASON
from movies.references import DirectorField, DirectorListField, GenreListField
from rest.database.text import fold_case, not_blank
from rest.fields import AnyField, ModelSerializer, TextField

CONTRADICTION = "`director` is the first of `directors`: send one of the two, or both alike."


class MovieSerializer(ModelSerializer[Movie]):
    """A movie with everything about it. What the API returns can be sent back unchanged.

    Which fields have to be sent differs by dialect. They must have content, except where the movie that is changed has
    none either.
    """

    required_to_create: ClassVar[tuple[str, ...]] = ("title",)
    required_to_replace: ClassVar[tuple[str, ...]] = required_to_create

    director = DirectorField(required=False, allow_null=True)
    directors = DirectorListField(source="director_list", required=False)
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

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Leaves one of `director` and `directors`: what the movie has already says nothing beside the other."""
        if "director" not in attrs or "director_list" not in attrs:
            return attrs
        director, directors = keys_of([attrs["director"]]), keys_of(attrs["director_list"])
        present = keys_of(self.instance.director_list) if isinstance(self.instance, Movie) else []
        if director in (directors[:1], present[:1]):
            return without(attrs, "director")
        if directors == present:
            return without(attrs, "director_list")
        raise serializers.ValidationError({"directors": [CONTRADICTION]}, code="contradictory")


def keys_of(directors: Iterable[Director | str | None]) -> list[str]:
    """The folded names, once each; of validated values, which are rows or names that may be new."""
    named = [fold_case(director if isinstance(director, str) else director.name) for director in directors if director]
    return list(dict.fromkeys(named))


def without(attrs: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in attrs.items() if key != name}


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


class CommentReportSerializer(serializers.ModelSerializer[CommentReport]):
    """Why a comment should be looked at by a moderator."""

    comment = serializers.IntegerField(source="comment_id", read_only=True)
    reason = TextField(max_length=MAX_REASON, validators=[not_blank])

    class Meta:
        model = CommentReport
        fields = ["id", "comment", "reason", "created_at"]


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
