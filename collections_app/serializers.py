"""What clients send and get about collections, in the canonical shape."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.conf import settings
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.fields import empty

from collections_app.models import MAX_GENRES, MAX_TEXT, MAX_TITLE, Collection, CollectionMovie
from collections_app.services import in_catalogue
from rest.database.text import not_blank
from rest.fields import TextField

MAX_MOVIES = settings.QUOTA_COLLECTION_MOVIES or None


class ExactField(TextField):
    """Text of which nothing is trimmed, so that it comes back as it was sent."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)


class TextUUIDField(serializers.UUIDField):
    """A UUID as text; an empty text is none. DRF would take any number, and even `true`, for the UUID of that value."""

    def run_validation(self, data: Any = empty) -> Any:
        return super().run_validation(None if data == "" else data)

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class CollectionMovieListSerializer(serializers.ListSerializer[Any]):
    """The movies of one collection. Each is there once, and has a title unless the catalogue knows it."""

    def get_value(self, dictionary: Any) -> Any:
        value = super().get_value(dictionary)
        # A form sends movies as `movies[0]title=…`; DRF would overlook that it sends something else as `movies`.
        return dictionary.get(self.field_name, empty) if value is empty else value

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        # Not in validate(), whose errors DRF would put below "non_field_errors" instead of beside their movies.
        movies: list[dict[str, Any]] = super().to_internal_value(data)
        occurrences = Counter(movie.get("uuid") for movie in movies)
        known = in_catalogue([key for key in occurrences if key])
        errors: list[dict[str, list[ErrorDetail]]] = [{} for _ in movies]
        for movie, error in zip(movies, errors, strict=True):
            key = movie.get("uuid")
            if key and occurrences[key] > 1:
                error["uuid"] = [ErrorDetail("The same movie is in the list more than once.", "unique")]
            if not movie.get("title") and key not in known:
                error["title"] = [ErrorDetail("This field is required.", "required")]
        if any(errors):
            raise serializers.ValidationError(errors)
        return movies


class CollectionMovieSerializer(serializers.ModelSerializer[CollectionMovie]):
    """A movie in a collection. null is the same as nothing."""

    uuid = TextUUIDField(required=False, allow_null=True)
    title = ExactField(max_length=MAX_TITLE, required=False, allow_null=True, validators=[not_blank])
    description = ExactField(max_length=MAX_TEXT, required=False, allow_null=True, allow_blank=True)
    genres = ExactField(max_length=MAX_GENRES, required=False, allow_null=True, allow_blank=True)

    class Meta:
        model = CollectionMovie
        fields = ["uuid", "title", "description", "genres"]

    def to_representation(self, instance: CollectionMovie) -> dict[str, Any]:
        return {
            "uuid": str(instance.uuid),
            "title": instance.shown_title,
            "description": instance.shown_description,
            "genres": instance.shown_genres,
        }


class CollectionSerializer(serializers.ModelSerializer[Collection]):
    """A collection with its movies. A new one needs title and description; a change may send any part."""

    title = ExactField(max_length=MAX_TITLE, validators=[not_blank])
    description = ExactField(max_length=MAX_TEXT)
    movies_count = serializers.IntegerField(read_only=True)
    movies = CollectionMovieListSerializer(
        child=CollectionMovieSerializer(),
        source="listed",
        required=False,
        max_length=MAX_MOVIES,
    )

    class Meta:
        model = Collection
        fields = ["uuid", "title", "description", "movies_count", "movies", "created_at", "updated_at"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "listed" in attrs:
            attrs["movies"] = attrs.pop("listed")
        return attrs


class FavouriteGenreSerializer(serializers.Serializer[Any]):
    genre = serializers.CharField()
    count = serializers.IntegerField()
