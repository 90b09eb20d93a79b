"""Accounts in the canonical API, below `/api/v1/`."""

from rest_framework.routers import SimpleRouter

from accounts.views import (
    AuthViewSet,
    PersonalTokenViewSet,
    RecoveryViewSet,
    SecondFactorViewSet,
    SessionViewSet,
    UserViewSet,
)
from rest.routers import SingletonRouter

router = SimpleRouter(use_regex_path=False)
router.register("auth", AuthViewSet, basename="auth")
router.register("auth", RecoveryViewSet, basename="recovery")
router.register("users", UserViewSet, basename="user")
router.register("users/me/sessions", SessionViewSet, basename="session")
router.register("users/me/tokens", PersonalTokenViewSet, basename="token")
second_factor = SingletonRouter(mapping={"get": "state", "post": "begin", "delete": "turn_off"}, use_regex_path=False)
second_factor.register("users/me/second-factor", SecondFactorViewSet, basename="second-factor")
urlpatterns = [*router.urls, *second_factor.urls]
