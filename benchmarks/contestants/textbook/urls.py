"""The textbook's addresses: the same as Marquee's canonical ones."""

from django.urls import include, path
from rest_framework.routers import DefaultRouter

from benchmarks.contestants.textbook.api import MovieViewSet

router = DefaultRouter()
router.register("movies", MovieViewSet, basename="movie")
urlpatterns = [path("api/v1/", include(router.urls))]
