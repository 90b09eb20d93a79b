"""Confirming an address, and setting a password that was forgotten. Their mails lead to pages that do the same."""

from typing import Any, ClassVar

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts import scopes, serializers, services, swagger
from accounts.views.auth import anonymous_action
from accounts.views.secrets import NotStored
from rest.swagger.operations import Operation

ASKED = "If an account has this address, a mail with a link is on its way to it."


class RecoveryViewSet(NotStored):
    """Confirming an address, and setting a password that was forgotten."""

    area: ClassVar[str] = scopes.LOGIN_ONLY
    heading = swagger.ACCOUNTS
    operations: ClassVar[dict[str, Operation]] = swagger.RECOVERY
    secret_actions = frozenset(swagger.RECOVERY)
    throttle_scope: str | None = None
    serializer_classes: ClassVar[dict[str, type[BaseSerializer[Any]]]] = {
        "confirm": serializers.KeySerializer,
        "ask_reset": serializers.AskResetSerializer,
        "reset": serializers.ResetSerializer,
    }

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return self.serializer_classes[self.action]

    def validated_data(self) -> dict[str, Any]:
        """The body, by the action's serializer. Raises ValidationError."""
        serializer = self.get_serializer(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    @anonymous_action(throttle_scope="key")
    def confirm(self, request: Request) -> Response:
        """Confirm an e-mail address.

        Takes the `key` at the end of the link in the mail. It works once, and says which address it has confirmed. A
        new address takes the place of the confirmed one hereby.
        """
        user = services.confirm_address(request=request._request, **self.validated_data())
        return Response(serializers.AddressSerializer(user).data)

    @anonymous_action(url_path="password-reset", throttle_scope="recovery")
    def ask_reset(self, request: Request) -> Response:
        """Ask for a new password.

        The account with this e-mail address gets a mail with a link, whether the address is confirmed or not. The
        answer is the same where there is none.
        """
        services.ask_reset(request=request._request, **self.validated_data())
        return Response({"detail": ASKED}, status=status.HTTP_202_ACCEPTED)

    @anonymous_action(url_path="password-reset/confirm", throttle_scope="key")
    def reset(self, request: Request) -> Response:
        """Set a new password.

        Takes the `key` at the end of the link in the mail. It works once, ends all login sessions of the account, and
        confirms its address.
        """
        services.reset_password(request=request._request, **self.validated_data())
        return Response(status=status.HTTP_204_NO_CONTENT)
