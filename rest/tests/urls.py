"""A small API for the tests of the fast path: what its views did is in `done`."""

from typing import Any

from django.urls import include, path
from rest_framework.authentication import SessionAuthentication
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter
from rest_framework.throttling import AnonRateThrottle
from rest_framework.viewsets import GenericViewSet

from rest.fast_path import fast_path
from rest.payload import Payload

done: list[str] = []


class ThingViewSet(GenericViewSet):
    permission_classes = [AllowAny]
    authentication_classes = []
    filter_backends = []
    lookup_value_converter = "int"

    @fast_path
    def list(self, request: Request) -> Payload:
        done.append("list")
        return Payload([1, 2, 3])

    @fast_path
    def retrieve(self, request: Request, pk: int) -> Payload:
        return Payload({"id": str(pk)})

    @fast_path
    def create(self, request: Request) -> Payload:
        """Answers with a status that HTTP has no phrase for."""
        done.append("create")
        return Payload({"made": True}, status=299)

    @action(detail=True, methods=["post"])
    @fast_path
    def breaking(self, request: Request, pk: int) -> Payload:
        """Fails after it has done its work."""
        done.append("breaking")
        raise RuntimeError("after the write")


class HourlyThrottle(AnonRateThrottle):
    rate = "1/hour"


class LimitedViewSet(ThingViewSet):
    throttle_classes = [HourlyThrottle]


class SessionViewSet(ThingViewSet):
    authentication_classes = [SessionAuthentication]


class HookedViewSet(ThingViewSet):
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)


router = SimpleRouter(use_regex_path=False)
router.register("things", ThingViewSet, basename="thing")
urlpatterns = [path("", include((router.urls, "api"), namespace="api"))]
