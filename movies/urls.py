"""Movies in the canonical API, below `/api/v1/`."""

from rest_framework.routers import SimpleRouter

from movies.views import CommentViewSet, DirectorViewSet, GenreViewSet, MovieViewSet, RatingViewSet

router = SimpleRouter(use_regex_path=False)
router.register("movies", MovieViewSet, basename="movie")
router.register("comments", CommentViewSet, basename="comment")
router.register("ratings", RatingViewSet, basename="rating")
router.register("directors", DirectorViewSet, basename="director")
router.register("genres", GenreViewSet, basename="genre")
urlpatterns = router.urls
