"""The users, and one's own account."""

from typing import Any, ClassVar

from django.http import FileResponse
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts import events, export, scopes, serializers, services, swagger
from accounts.authentication import AuthenticatedRequest
from accounts.models import User
from accounts.views.secrets import NotStored
from rest.swagger.operations import Operation


class UserViewSet(mixins.ListModelMixin, NotStored):
    """The users, and one's own account."""

    area: ClassVar[str] = "account"
    areas: ClassVar[dict[str, str]] = dict.fromkeys(
        ("confirmation", "password", "delete_me", "export"), scopes.LOGIN_ONLY
    )
    heading = swagger.ACCOUNTS
    operations: ClassVar[dict[str, Operation]] = swagger.USERS
    secret_actions = frozenset({"export", "password", "update_me", "delete_me"})  # which take the password
    queryset = User.objects.filter(is_active=True)
    serializer_class = serializers.UserListSerializer
    filter_backends = []
    throttle_scope: str | None = None
    throttle_scopes: ClassVar[dict[str, str]] = {"update_me": "password", "delete_me": "password"}
    serializer_classes: ClassVar[dict[str, type[BaseSerializer[Any]]]] = {
        "me": serializers.ProfileSerializer,
        "update_me": serializers.ProfileChangeSerializer,
        "delete_me": serializers.IdentitySerializer,
        "confirmation": serializers.AddressSerializer,
        "password": serializers.PasswordChangeSerializer,
    }

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return self.serializer_classes.get(self.action, serializers.UserListSerializer)

    def confirm_identity(self, request: AuthenticatedRequest, password: str | None) -> None:
        services.confirm_identity(request=request, user=request.user, login=request.auth, password=password)

    def lock_rows(self) -> None:
        """For a change on a condition (`rest.conditional`)."""
        user = self.request.user
        if self.action in ("update_me", "delete_me") and isinstance(user, User):
            services.hold_account(user)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the users. Staff see each user's `email` as well."""
        return super().list(request, *args, **kwargs)

    @action(detail=False, permission_classes=[IsAuthenticated])
    def me(self, request: AuthenticatedRequest) -> Response:
        """Your account."""
        return Response(self.get_serializer(request.user).data)

    @me.mapping.patch
    def update_me(self, request: AuthenticatedRequest) -> Response:
        """Change your username or e-mail address.

        What is not sent stays as it is. Unless you have just logged in, `current_password` has to be sent. A confirmed
        address is replaced once the new one, `pending_email` until then, is confirmed by the link in the mail to it;
        the old one is told. Sending the old one withdraws that. An address that is not confirmed is replaced at once.
        """
        serializer = self.get_serializer(request.user, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        changes = dict(serializer.validated_data)
        password = changes.pop("current_password", None)
        if changes:
            if "email" in changes:
                scopes.require_login(request)
            self.confirm_identity(request, password)
            services.update_profile(user=request.user, request=request._request, **changes)
        return Response(serializers.ProfileSerializer(request.user).data)

    @me.mapping.delete
    def delete_me(self, request: AuthenticatedRequest) -> Response:
        """Delete your account.

        Removes your account with your ratings, likes, favourites, comments and collections. The movies that you added
        stay, without your name. Unless you have just logged in, `current_password` has to be sent.
        """
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        self.confirm_identity(request, serializer.validated_data.get("current_password"))
        services.delete_account(user=request.user, request=request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(detail=False, url_path="me/export", permission_classes=[IsAuthenticated], throttle_scope="export")
    def export(self, request: AuthenticatedRequest) -> FileResponse:
        """Everything about you, as a ZIP.

        Your account, logins, mails, movies, ratings, likes, favourites, comments, reports and collections, each as JSON
        and as CSV, and a README.txt. Secrets are not in it.
        """
        file = export.archive(request.user)
        events.record("account_exported", user=request.user, request=request._request)
        return FileResponse(file, as_attachment=True, filename=export.FILENAME, content_type=export.MEDIA_TYPE)

    @action(
        detail=False,
        methods=["post"],
        url_path="me/confirmation",
        permission_classes=[IsAuthenticated],
        throttle_scope="mail",
    )
    def confirmation(self, request: AuthenticatedRequest) -> Response:
        """Have the mail that confirms your e-mail address sent again. The answer says to which address it goes."""
        email = services.ask_confirmation(user=request.user)
        return Response({"email": email}, status=status.HTTP_202_ACCEPTED)

    @action(
        detail=False,
        methods=["post"],
        url_path="me/password",
        permission_classes=[IsAuthenticated],
        throttle_scope="password",
    )
    def password(self, request: AuthenticatedRequest) -> Response:
        """Change your password. Ends all your login sessions, this one included."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        password = serializer.validated_data["new_password"]
        services.change_password(user=request.user, password=password, request=request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)
