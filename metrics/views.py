"""The request counter: the same in the canonical API and in the collector's dialect."""

from typing import ClassVar

from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from metrics import services, swagger
from metrics.addresses import client_address
from metrics.models import CountPeriod
from metrics.permissions import IsStaffWhereResetIsLimited
from metrics.serializers import RequestCountSerializer
from rest.swagger.operations import Operation


class RequestCountViewSet(GenericViewSet[CountPeriod]):
    """How many requests the server has answered."""

    area: ClassVar[str] = "server"  # of no scope's own
    heading = swagger.REQUEST_COUNTER
    operations: ClassVar[dict[str, Operation]] = swagger.REQUEST_COUNT
    serializer_class = RequestCountSerializer
    permission_classes = [AllowAny]
    pagination_class = None
    throttle_scope: str | None = None
    filter_backends = []

    def list(self, request: Request) -> Response:
        """How many requests the server has answered.

        Since the last reset, by every process of every host, errors and this request included. The first reading after
        a reset is 1.
        """
        return Response({"requests": services.requests_in_period()})

    @action(detail=False, methods=["post"], permission_classes=[IsStaffWhereResetIsLimited], throttle_scope="reset")
    def reset(self, request: Request) -> Response:
        """Reset the request count.

        Starts counting anew. Nothing is lost: the lifetime total and every reset are kept for staff. A setting of the
        server limits this to staff; then anybody else gets 403.
        """
        by = request.user if request.user.is_authenticated else None
        services.reset(by=by, address=client_address(request._request))
        return Response({"message": "Request count reset successfully"})
