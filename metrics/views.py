"""The request counter: the same in the canonical API and in the collector's dialect."""

from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from metrics import services
from metrics.addresses import client_address
from metrics.permissions import IsStaffWhereResetIsLimited
from metrics.serializers import RequestCountSerializer


class RequestCountViewSet(GenericViewSet):
    """How many requests the server has answered."""

    serializer_class = RequestCountSerializer
    permission_classes = [AllowAny]
    pagination_class = None
    filter_backends = []

    def list(self, request: Request) -> Response:
        """The requests answered since the last reset, by every process of every host, this one included."""
        return Response({"requests": services.requests_in_period()})

    @action(detail=False, methods=["post"], permission_classes=[IsStaffWhereResetIsLimited])
    def reset(self, request: Request) -> Response:
        """Starts counting anew. Nothing is lost: the lifetime total and every reset are kept for the staff."""
        by = request.user if request.user.is_authenticated else None
        services.reset(by=by, address=client_address(request._request))
        return Response({"message": "Request count reset successfully"})
