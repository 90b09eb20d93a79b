"""Two dialects for tests: movies found by their UUID, with errors in a body of their own; and movies to be read only."""

from typing import Any

from rest_framework.routers import SimpleRouter

from movies.views import MovieViewSet
from rest.dialects import READ_ONLY, Dialect
from rest.errors import ErrorShape


class SpokenErrors(ErrorShape):
    """`{"error": {"code": 404, "said": "…"}}`."""

    media_type = "application/vnd.spoken+json"

    @staticmethod
    def body(status_code: int, data: Any, instance: str) -> Any:
        return {"error": {"code": status_code, "said": data.get("detail", data)}}


class SpokenMovieViewSet(MovieViewSet):
    lookup_field = "uuid"
    lookup_url_kwarg = "film"
    lookup_value_converter = "uuid"


class QuietMovieViewSet(MovieViewSet):
    http_method_names = READ_ONLY


SPOKEN = Dialect("spoken", errors=f"{__name__}.SpokenErrors", prefix="/spoken/")
QUIET = Dialect("quiet", errors="rest.errors.DRFErrors", prefix="/quiet/")


def urlpatterns_of(view: type[MovieViewSet]) -> Any:
    router = SimpleRouter(use_regex_path=False)
    router.register("films", view, basename="movie")
    return router.urls
