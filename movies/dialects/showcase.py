"""showcase (document 003): `/api/movies/`, where directors and genres are plain text and users are ids."""

from collections.abc import Iterable
from typing import Any

from movies.dialects.compact import DirectorNameField
from movies.fields import INTEGER, STRING, AddedByField
from movies.models import Genre
from movies.references import NEW_NAME, GenreListField
from movies.serializers import MovieSerializer
from movies.swagger.dialects import SHOWCASE_MOVIES
from movies.views import MovieViewSet
from rest.pagination import WholeArrayPagination
from rest.routers import ActionsRouter

# What the document publishes: reading and writing movies, and the marks as favourite.
ACTIONS = {
    "list", "create", "retrieve", "update", "partial_update", "destroy", "search", "categories", "most_liked",
    "newest", "favorite", "add_favorite", "remove_favorite",
}  # fmt: skip


class GenreNamesField(GenreListField):
    """The genres as one text: "Action, Science Fiction"."""

    output_schema = {**STRING, "description": "The names, with a comma between them."}
    input_schema = {**STRING, "description": f"A name, or several with commas between them. {NEW_NAME}"}
    form_schema = input_schema

    def to_internal_value(self, data: Any) -> list[Any]:
        """What is sent as it is shown changes nothing, whatever commas there are in the names."""
        movie = self.parent.instance
        shown = movie.genre_list if movie else []
        text = self.to_representation(shown)
        return shown if shown and data in (text, [text]) else super().to_internal_value(data)

    def to_representation(self, data: Iterable[Genre]) -> Any:
        return ", ".join(genre.name for genre in data)


class AddedByIdField(AddedByField):
    output_schema = INTEGER

    def to_representation(self, value: Any) -> Any:
        return value.pk


class ShowcaseMovieSerializer(MovieSerializer):
    required_to_create = required_to_replace = ("title", "description", "release_date", "director", "genre")
    director = DirectorNameField(required=False, allow_null=True)
    genre = GenreNamesField(source="genre_list", required=False)
    user = AddedByIdField(required=False, allow_null=True)

    class Meta(MovieSerializer.Meta):
        fields = [
            "id",
            "title",
            "description",
            "release_date",
            "director",
            "genre",
            "cover_image",
            "favorite",
            "user",
            "average_rating",
            "likes_count",
            "favorites_count",
        ]


class ShowcaseMovieViewSet(MovieViewSet):
    operations = SHOWCASE_MOVIES
    serializer_class = ShowcaseMovieSerializer
    pagination_class = WholeArrayPagination


router = ActionsRouter(actions=ACTIONS, use_regex_path=False)
router.register("movies", ShowcaseMovieViewSet, basename="movie")
urlpatterns = router.urls
