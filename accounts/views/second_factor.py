"""One's own second factor: an app that shows codes."""

from typing import Any, ClassVar

from rest_framework import status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts import scopes, serializers, services, swagger
from accounts.authentication import LoginRequest
from accounts.exceptions import NoSecondFactor, SecondFactorIsOn
from accounts.models import User
from accounts.services import second_factor
from accounts.views.secrets import NotStored
from rest.swagger.errors import said_by
from rest.swagger.operations import Operation


class SecondFactorViewSet(NotStored):
    """Your second factor."""

    request: LoginRequest
    area: ClassVar[str] = scopes.LOGIN_ONLY
    heading = swagger.ACCOUNTS
    operations: ClassVar[dict[str, Operation]] = swagger.SECOND_FACTOR
    secret_actions = frozenset(swagger.SECOND_FACTOR) - {"state"}
    serializer_class: type[BaseSerializer[Any]] = serializers.SecondFactorSerializer
    permission_classes = [IsAuthenticated]
    pagination_class = None
    filter_backends = []
    throttle_scopes: ClassVar[dict[str, str]] = dict.fromkeys(
        ("begin", "confirm", "turn_off", "recovery_codes"), "password"
    )
    refusals: ClassVar[dict[str, dict[int, str]]] = {
        "begin": {409: said_by(SecondFactorIsOn)},
        "confirm": {409: said_by(SecondFactorIsOn)},
        "turn_off": {409: said_by(NoSecondFactor)},
        "recovery_codes": {409: said_by(NoSecondFactor)},
    }

    def sent(self, serializer_class: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """The body, by this serializer. Raises ValidationError."""
        serializer = serializer_class(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def confirm_identity(self, password: str | None) -> None:
        user, login = self.request.user, self.request.auth
        services.confirm_identity(request=self.request, user=user, login=login, password=password)

    def lock_rows(self) -> None:
        """For a change on a condition (`rest.conditional`)."""
        services.hold_account(self.request.user)

    def state(self, request: LoginRequest) -> Response:
        """Whether your second factor is on, and how many recovery codes are left."""
        is_staff = User.objects.filter(pk=request.user.pk, is_staff=True).exists()
        return Response(self.get_serializer(second_factor.state_of(request.user, is_staff=is_staff)).data)

    def begin(self, request: LoginRequest) -> Response:
        """Begin to turn on your second factor.

        Gives a secret for an app that shows codes (TOTP): scan `qr`, or type `secret`. Nothing changes until a code of
        the app confirms it. The `current_password` is needed where you logged in a while ago. 409 where it
        is on already.
        """
        self.confirm_identity(self.sent(serializers.ConfirmationSerializer).get("current_password"))
        return Response(serializers.SetupSerializer(second_factor.begin(user=request.user)).data)

    @action(detail=False, methods=["post"])
    def confirm(self, request: LoginRequest) -> Response:
        """Turn on your second factor.

        With a `code` of the app. From then on logging in takes one as `otp`, too. Gives ten recovery codes, shown this
        once: each stands in for a code of the app, for one login. 409 where nothing has begun, or it is on already.
        """
        code = self.sent(serializers.CodeSerializer)["code"]
        made = second_factor.turn_on(request=request._request, user=request.user, code=code, login=request.auth)
        return Response({"recovery_codes": made})

    def turn_off(self, request: LoginRequest) -> Response:
        """Turn off your second factor. With the password and a code, of the app or a recovery one."""
        body = self.sent(serializers.PasswordAndCodeSerializer)
        self.confirm_identity(body["current_password"])
        second_factor.turn_off(request=request._request, user=request.user, code=body["code"])
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(detail=False, methods=["post"], url_path="recovery-codes")
    def recovery_codes(self, request: LoginRequest) -> Response:
        """Make new recovery codes. With the password and a code; the old ones do not count any more."""
        body = self.sent(serializers.PasswordAndCodeSerializer)
        self.confirm_identity(body["current_password"])
        made = second_factor.new_recovery_codes(request=request._request, user=request.user, code=body["code"])
        return Response({"recovery_codes": made})
