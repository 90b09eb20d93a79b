"""showcase (document 003): the canonical replies at `/api/auth/…/`, and the users at `/api/users/`."""

from rest_framework.routers import SimpleRouter

from accounts.views import AuthViewSet, UserViewSet
from rest.pagination import WholeArrayPagination
from rest.routers import ListRouter


class ShowcaseUserViewSet(UserViewSet):
    pagination_class = WholeArrayPagination


router = SimpleRouter(use_regex_path=False)
router.register("auth", AuthViewSet, basename="auth")
users = ListRouter(use_regex_path=False)
users.register("users", ShowcaseUserViewSet, basename="user")
urlpatterns = [*router.urls, *users.urls]
