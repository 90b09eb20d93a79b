"""community (document 002): the canonical movies at `/movies/`, with their likes by that document's name too."""

from rest_framework import serializers
from rest_framework.routers import SimpleRouter

from movies.serializers import MovieSerializer
from movies.swagger.dialects import COMMUNITY_MOVIES
from movies.views import CommentViewSet, MovieViewSet
from rest.pagination import WholeArrayPagination


class CommunityMovieSerializer(MovieSerializer):
    like_count = serializers.IntegerField(source="stats.likes_count", read_only=True)

    class Meta(MovieSerializer.Meta):
        fields = [*MovieSerializer.Meta.fields, "like_count"]


class CommunityMovieViewSet(MovieViewSet):
    operations = COMMUNITY_MOVIES
    serializer_class = CommunityMovieSerializer
    pagination_classes = dict.fromkeys(("search", "genre", "comments"), WholeArrayPagination)


router = SimpleRouter(use_regex_path=False)
router.register("movies", CommunityMovieViewSet, basename="movie")
router.register("comments", CommentViewSet, basename="comment")
urlpatterns = router.urls
