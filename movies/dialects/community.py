"""community (document 002): the canonical movies at `/movies/`, of which only the title is required."""

from rest_framework.routers import SimpleRouter

from movies.serializers import MovieSerializer
from movies.swagger.dialects import COMMUNITY_MOVIES
from movies.views import CommentViewSet, MovieViewSet


class CommunityMovieSerializer(MovieSerializer):
    required_to_create = ("title",)
    required_to_replace = ("title",)


class CommunityMovieViewSet(MovieViewSet):
    operations = COMMUNITY_MOVIES
    serializer_class = CommunityMovieSerializer


router = SimpleRouter(use_regex_path=False)
router.register("movies", CommunityMovieViewSet, basename="movie")
router.register("comments", CommentViewSet, basename="comment")
urlpatterns = router.urls
