"""classic (document 000): the movies at `/` and `/{id}/`, with names of its own."""

from typing import Any

from movies.fields import STRING
from movies.models import Director, Genre
from movies.references import NAMED, DirectorField, GenreField, GenreListField
from movies.serializers import MovieSerializer
from movies.swagger.dialects import CLASSIC_MOVIES
from movies.views import MovieViewSet
from rest.fields import RenamesFields
from rest.pagination import WholeArrayPagination
from rest.routers import ListAndDetailRouter

DATE_TIME = {**STRING, "format": "date-time"}


class ClassicDirectorField(DirectorField):
    output_schema = {
        "type": "object",
        "properties": {**NAMED["properties"], "created_on": DATE_TIME, "updated_on": DATE_TIME},
    }

    def to_representation(self, value: Director) -> dict[str, Any]:
        return {
            **super().to_representation(value),
            "created_on": value.created_at,
            "updated_on": value.updated_at,
        }


class ClassicGenreField(GenreField):
    name_keys = ("genre", "name")
    output_schema = {"type": "object", "properties": {"genre": STRING}}

    def to_representation(self, value: Genre) -> dict[str, Any]:
        return {"genre": value.name}


class ClassicGenreListField(GenreListField):
    child = ClassicGenreField()


class ClassicMovieSerializer(RenamesFields, MovieSerializer):
    """PUT keeps what is not sent, as the document's UPDATE does."""

    required_to_replace = ()
    renames = {"release_date": "released_date", "ratings_count": "total_review"}
    director = ClassicDirectorField(required=False, allow_null=True)
    genre = ClassicGenreListField(source="genre_list", required=False)

    class Meta(MovieSerializer.Meta):
        fields = [
            "id",
            "title",
            "description",
            "average_rating",
            "ratings_count",
            "release_date",
            "duration",
            "director",
            "genre",
        ]


class ClassicMovieViewSet(MovieViewSet):
    operations = CLASSIC_MOVIES
    serializer_class = ClassicMovieSerializer
    pagination_class = WholeArrayPagination


router = ListAndDetailRouter(use_regex_path=False)
router.register("", ClassicMovieViewSet, basename="movie")
urlpatterns = router.urls
