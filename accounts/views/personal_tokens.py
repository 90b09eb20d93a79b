"""One's own personal access tokens."""

from typing import Any, ClassVar

from rest_framework import mixins, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import BaseSerializer

from accounts import scopes, serializers, services, swagger
from accounts.authentication import LoginRequest
from accounts.exceptions import TooManyTokens
from accounts.models import PersonalToken
from accounts.querysets import PersonalTokenQuerySet
from accounts.views.secrets import NotStored
from rest.swagger.errors import said_by
from rest.swagger.operations import Operation


class PersonalTokenViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, NotStored):
    """Your personal access tokens, the newest first."""

    request: LoginRequest
    area: ClassVar[str] = scopes.LOGIN_ONLY
    heading = swagger.ACCOUNTS
    operations: ClassVar[dict[str, Operation]] = swagger.PERSONAL_TOKENS
    secret_actions = frozenset({"create"})
    queryset = PersonalToken.objects.all()
    serializer_class: type[BaseSerializer[Any]] = serializers.PersonalTokenSerializer
    permission_classes = [IsAuthenticated]
    throttle_scopes: ClassVar[dict[str, str]] = {"create": "password"}
    refusals: ClassVar[dict[str, dict[int, str]]] = {"create": {409: said_by(TooManyTokens)}}
    lookup_value_converter = "int"
    filter_backends = []

    def get_queryset(self) -> PersonalTokenQuerySet:
        return PersonalToken.objects.filter(user_id=self.request.user.pk)

    def lock_rows(self) -> None:
        """For a change on a condition (`rest.conditional`)."""
        if self.detail:
            self.get_queryset().select_for_update().filter(pk=self.kwargs["pk"]).first()

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List your personal access tokens. Expired ones stay in the list until the next one is made."""
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One of your personal access tokens. `last_used_at` is exact to the hour."""
        return super().retrieve(request, *args, **kwargs)

    def create(self, request: LoginRequest) -> Response:
        """Make a personal access token.

        A credential for a program: `token` is shown this once, and is sent as `Authorization: Bearer mrq_…`. `scopes`
        are what it may do: `read` or `write` everywhere, or in one area: `movies:…`, `feedback:…` (ratings, likes,
        favourites, comments), `collections:…`, `account:…`. Whatever may write may read. It acts with your rights,
        but no token makes tokens, sees or ends login sessions, changes password or e-mail address, or deletes the
        account. It ends after `expires_in_days` (90 unless you say otherwise, at most 366), and when the password
        changes. The `current_password` is needed where you logged in a while ago. 409 where you have 50 already.
        """
        serializer = serializers.TokenRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = dict(serializer.validated_data)
        password = wanted.pop("current_password", None)
        services.confirm_identity(request=request, user=request.user, login=request.auth, password=password)
        made = services.make_token(request=request._request, user=request.user, login=request.auth, **wanted)
        body = {**self.get_serializer(made.row).data, "token": made.token}
        address = reverse("token-detail", kwargs={"pk": made.row.pk}, request=request)
        return Response(body, status=status.HTTP_201_CREATED, headers={"Location": address})

    def partial_update(self, request: LoginRequest, *args: Any, **kwargs: Any) -> Response:
        """Rename a personal access token. Nothing else of it can be changed."""
        token = self.get_object()
        serializer = self.get_serializer(token, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        services.rename_token(token=token, name=serializer.validated_data.get("name", token.name))
        return Response(serializer.data)

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """End a personal access token. It is refused from the next request on."""
        return super().destroy(request, *args, **kwargs)

    def perform_destroy(self, instance: PersonalToken) -> None:
        services.end_token(request=self.request._request, token=instance)
