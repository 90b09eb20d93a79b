"""compact (document 001): the canonical replies at addresses without a trailing slash."""

from rest_framework.routers import SimpleRouter

from accounts.views import AuthViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("", AuthViewSet, basename="auth")
urlpatterns = router.urls
