"""What clients send and get about collections, in the canonical shape."""

from collections import Counter
from typing import Any

from rest_framework import serializers

from collections_app.models import MAX_GENRES, MAX_TEXT, MAX_TITLE, Collection, CollectionMovie
from collections_app.services import in_catalogue

MAX_MOVIES = 2_000


def not_blank(text: str) -> None:
    if not text.strip():
        raise serializers.ValidationError("This field may not be blank.", code="blank")


class ExactField(serializers.CharField):
    """Text that comes back byte for byte: nothing is trimmed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)


class CollectionMovieListSerializer(serializers.ListSerializer):
    """The movies of one collection: each once, and with a title unless the catalogue knows it."""

    def validate(self, attrs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        times = Counter(movie.get("uuid") for movie in attrs)
        known = in_catalogue([key for key in times if key])
        errors: list[dict[str, list[str]]] = [{} for _ in attrs]
        for movie, error in zip(attrs, errors, strict=True):
            key = movie.get("uuid")
            if key and times[key] > 1:
                error["uuid"] = ["The same movie is in the list more than once."]
            if not movie.get("title") and key not in known:
                error["title"] = ["This field is required."]
        if any(errors):
            raise serializers.ValidationError(errors)
        return attrs


class CollectionMovieSerializer(serializers.ModelSerializer):
    uuid = serializers.UUIDField(required=False, allow_null=True)
    title = ExactField(max_length=MAX_TITLE, required=False, validators=[not_blank])
    description = ExactField(max_length=MAX_TEXT, required=False, allow_blank=True)
    genres = ExactField(max_length=MAX_GENRES, required=False, allow_blank=True)

    class Meta:
        model = CollectionMovie
        list_serializer_class = CollectionMovieListSerializer
        fields = ["uuid", "title", "description", "genres"]

    def to_representation(self, instance: CollectionMovie) -> dict[str, Any]:
        return {
            "uuid": str(instance.uuid),
            "title": instance.shown_title,
            "description": instance.shown_description,
            "genres": instance.shown_genres,
        }


class CollectionSerializer(serializers.ModelSerializer):
    """A collection with its movies. A new one needs title and description; a change may send any part."""

    title = ExactField(max_length=MAX_TITLE, validators=[not_blank])
    description = ExactField(max_length=MAX_TEXT)
    movies_count = serializers.IntegerField(read_only=True)
    movies = CollectionMovieSerializer(source="listed", many=True, required=False, max_length=MAX_MOVIES)

    class Meta:
        model = Collection
        fields = ["uuid", "title", "description", "movies_count", "movies", "created_at", "updated_at"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "listed" in attrs:
            attrs["movies"] = attrs.pop("listed")
        return attrs


class FavouriteGenreSerializer(serializers.Serializer):
    genre = serializers.CharField()
    count = serializers.IntegerField()
