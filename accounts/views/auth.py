"""Registering and logging in and out. Dialects set the serializers and replies declared at the top of AuthViewSet."""

from functools import partial
from typing import Any, ClassVar

from rest_framework import status
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts import scopes, serializers, services, swagger
from accounts.authentication import AuthenticatedRequest
from accounts.hashing import hashing_gate
from accounts.views.secrets import NotStored
from rest.swagger.operations import Operation

# A dead credential in the header must not keep its owner from logging in again, so none is looked at.
anonymous_action = partial(
    action, detail=False, methods=["post"], authentication_classes=[], permission_classes=[AllowAny]
)

HASHING = ("register", "login")


class AuthViewSet(NotStored):
    """Registering, logging in and out, and renewing the signed credentials."""

    area: ClassVar[str] = scopes.ANY_TOKEN  # which can do no more here than end itself
    heading = swagger.ACCOUNTS
    operations: ClassVar[dict[str, Operation]] = swagger.AUTH
    secret_actions = frozenset(swagger.AUTH)
    throttle_scope: str | None = None
    registration_serializer_class: ClassVar[type[BaseSerializer[Any]]] = serializers.RegistrationSerializer
    registered_serializer_class: ClassVar[type[BaseSerializer[Any]]] = serializers.CredentialsSerializer
    logged_in_serializer_class: ClassVar[type[BaseSerializer[Any]]] = serializers.CredentialsSerializer
    logged_out_reply: ClassVar[dict[str, str] | None] = None

    def check_throttles(self, request: Request) -> None:
        """Whoever would only be told to come again is told so before anything is looked up or counted."""
        if self.action in HASHING:
            hashing_gate().check()
        super().check_throttles(request)

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        if self.action == "register":
            return self.registration_serializer_class
        return serializers.RefreshSerializer if self.action == "refresh" else serializers.LoginSerializer

    def validated_data(self) -> dict[str, Any]:
        """The body, by the action's serializer. Raises ValidationError."""
        serializer = self.get_serializer(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    @anonymous_action(throttle_scope="register")
    def register(self, request: Request) -> Response:
        """Register a new user.

        Creates an account and logs it in. The password is checked for strength; a username or e-mail address that is
        taken, compared without case, is refused, and so is a username that looks like another. The credentials are
        shown once. Any of them works on every endpoint of every dialect.
        """
        credentials = services.register(**self.validated_data(), request=request._request)
        reply = self.registered_serializer_class(credentials, context=self.get_serializer_context())
        return Response(reply.data, status=status.HTTP_201_CREATED)

    @anonymous_action(throttle_scope="login")
    def login(self, request: Request) -> Response:
        """Log in.

        Your e-mail address is as good as your `username`. Opens a new login session with credentials of its own; other
        sessions live on. Where your account has a second factor, `otp` is a code of your app or a recovery code:
        without one, the right password is 401 with `"code": "second_factor_required"`. The credentials are shown once.
        Any of them works on every endpoint of every dialect.
        """
        credentials = services.log_in(request=request._request, **self.validated_data())
        return Response(self.logged_in_serializer_class(credentials, context=self.get_serializer_context()).data)

    @anonymous_action(throttle_scope="refresh")
    def refresh(self, request: Request) -> Response:
        """Renew the access token.

        Gives a new access and a new refresh token. The refresh token that was sent goes on working until the new one
        has been used, so you may keep that of your login, or take the new one each time. An older one is 401 and ends
        the login session: somebody else may have used the newer one.
        """
        pair = services.refresh(request=request._request, refresh_token=self.validated_data()["refresh"])
        return Response(serializers.SignedPairSerializer(pair).data)

    @action(detail=False, methods=["post"], permission_classes=[IsAuthenticated])
    def logout(self, request: AuthenticatedRequest) -> Response:
        """Log out.

        Ends the login session of the credential that is sent: its token, its access and its refresh token are dead
        from then on. The user's other sessions live on. A personal access token that is sent is ended itself.
        """
        services.log_out(request=request._request, credential=request.auth)
        if self.logged_out_reply is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(self.logged_out_reply)
