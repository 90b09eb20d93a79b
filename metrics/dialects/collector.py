"""collector (document 004): `/request-count/` and `/request-count/reset/`, in the canonical shape."""

from metrics.urls import router

urlpatterns = router.urls
