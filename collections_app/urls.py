"""Collections in the canonical API, below `/api/v1/`."""

from rest_framework.routers import SimpleRouter

from collections_app.views import CollectionViewSet

router = SimpleRouter(use_regex_path=False)
router.register("collections", CollectionViewSet, basename="collection")
urlpatterns = router.urls
