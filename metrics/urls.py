"""The request counter in the canonical API, below `/api/v1/`; at the root the health checks and the metrics."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from metrics import health, scrape
from metrics.views import RequestCountViewSet

router = SimpleRouter(use_regex_path=False)
router.register("request-count", RequestCountViewSet, basename="request-count")
urlpatterns = router.urls

health_urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", scrape.metrics, name="metrics"),
]
