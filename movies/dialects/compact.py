"""compact (document 001): `/api/auth/movies` and `/api/auth/rating`, bare arrays without trailing slashes."""

from movies.fields import STRING
from movies.models import Director
from movies.references import NEW_NAME, DirectorField
from movies.serializers import MovieSerializer, RatingSerializer
from movies.swagger.dialects import COMPACT_MOVIES, COMPACT_RATINGS
from movies.views import MovieViewSet, RatingViewSet
from rest.pagination import WholeArrayPagination
from rest.routers import ListRouter


class DirectorNameField(DirectorField):
    output_schema = STRING
    input_schema = form_schema = {**STRING, "description": f"A name. {NEW_NAME}"}

    def to_representation(self, value: Director) -> str:
        return value.name


class CompactMovieSerializer(MovieSerializer):
    director = DirectorNameField(required=False, allow_null=True)

    class Meta(MovieSerializer.Meta):
        fields = ["id", "title", "director"]


class CompactMovieViewSet(MovieViewSet):
    operations = COMPACT_MOVIES
    serializer_class = CompactMovieSerializer
    pagination_class = WholeArrayPagination
    default_ordering = "id"
    detail_route = None


class CompactRatingSerializer(RatingSerializer):
    class Meta(RatingSerializer.Meta):
        fields = ["id", "movie", "rating"]


class CompactRatingViewSet(RatingViewSet):
    operations = COMPACT_RATINGS
    serializer_class = CompactRatingSerializer
    pagination_class = WholeArrayPagination
    default_ordering = "id"
    refusal = "You cant rate it "


router = ListRouter(trailing_slash=False, use_regex_path=False)
router.register("movies", CompactMovieViewSet, basename="movie")
router.register("rating", CompactRatingViewSet, basename="rating")
urlpatterns = router.urls
