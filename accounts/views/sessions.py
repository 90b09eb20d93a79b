"""One's own logins: where they were opened, and how to end them."""

from typing import Any, ClassVar

from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import scopes, serializers, services, swagger
from accounts.authentication import LoginRequest
from accounts.models import Session
from accounts.querysets import SessionQuerySet
from rest.swagger.operations import Operation


class SessionViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[Session]
):
    """Your login sessions, the newest first."""

    request: LoginRequest
    area: ClassVar[str] = scopes.LOGIN_ONLY
    heading = swagger.ACCOUNTS
    operations: ClassVar[dict[str, Operation]] = swagger.SESSIONS
    queryset = Session.objects.all()
    serializer_class = serializers.SessionSerializer
    permission_classes = [IsAuthenticated]
    lookup_value_converter = "int"
    filter_backends = []

    def get_queryset(self) -> SessionQuerySet:
        return Session.objects.of(self.request.user)

    def lock_rows(self) -> None:
        """For a change on a condition (`rest.conditional`)."""
        if self.detail:
            self.get_queryset().select_for_update().filter(pk=self.kwargs["pk"]).first()

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List your login sessions.

        Each with the network that it was opened from (the first three numbers of an IPv4 address, the /48 of an IPv6
        address), and the program that opened it. `last_used_at` is exact to the hour.
        """
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One of your login sessions. As in the list."""
        return super().retrieve(request, *args, **kwargs)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """End a login session. Its token, its access and its refresh token are dead from then on."""
        return super().destroy(request, *args, **kwargs)

    def perform_destroy(self, instance: Session) -> None:
        services.end_session(request=self.request._request, session=instance)

    @action(detail=False, methods=["post"], url_path="end-others")
    def end_others(self, request: LoginRequest) -> Response:
        """End all your other login sessions. The one of this request goes on."""
        services.end_other_sessions(request=request._request, session=request.auth)
        return Response(status=status.HTTP_204_NO_CONTENT)
