"""Accounts in the canonical API, below `/api/v1/`."""

from rest_framework.routers import SimpleRouter

from accounts.views import AuthViewSet, PersonalTokenViewSet, SessionViewSet, UserViewSet

router = SimpleRouter(use_regex_path=False)
router.register("auth", AuthViewSet, basename="auth")
router.register("users", UserViewSet, basename="user")
router.register("users/me/sessions", SessionViewSet, basename="session")
router.register("users/me/tokens", PersonalTokenViewSet, basename="token")
urlpatterns = router.urls
