"""Collections. Each belongs to one user; for anybody else it does not exist (404)."""

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import BaseSerializer

from accounts.authentication import AuthenticatedRequest
from collections_app import serializers, services, swagger
from collections_app.models import Collection
from collections_app.querysets import PREVIEW, CollectionQuerySet
from rest.reads import costly_read
from rest.swagger.errors import THROTTLED, TOO_SLOW
from rest.swagger.operations import Operation


class CollectionViewSet(viewsets.ModelViewSet[Collection]):
    """Your collections, in the order in which you made them. PUT and PATCH both keep what is not sent."""

    request: AuthenticatedRequest
    area: ClassVar[str] = "collections"
    heading = swagger.YOUR_COLLECTIONS
    operations: ClassVar[dict[str, Operation]] = swagger.COLLECTIONS
    throttle_scopes: ClassVar[dict[str, str]] = dict.fromkeys(
        ("create", "update", "partial_update", "destroy"), "write"
    )
    queryset = Collection.objects.all()
    serializer_class = serializers.CollectionSerializer
    created_serializer_class: ClassVar[type[BaseSerializer[Any]]] = serializers.CollectionSerializer
    changed_serializer_class: ClassVar[type[BaseSerializer[Any]]] = serializers.CollectionSerializer
    permission_classes = [IsAuthenticated]
    refusals: ClassVar[dict[str, dict[int, str]]] = {
        "create": {409: swagger.TOO_MANY, 413: swagger.TOO_MUCH_TEXT},
        "update": {413: swagger.TOO_MUCH_TEXT},
        "partial_update": {413: swagger.TOO_MUCH_TEXT},
        "favourite_genres": {429: THROTTLED, 503: TOO_SLOW},
    }
    lookup_field = "uuid"
    lookup_value_converter = "any_case_uuid"
    filter_backends = []

    def get_queryset(self) -> CollectionQuerySet:
        own = Collection.objects.owned_by(self.request.user).with_movies_count()
        return own.with_movies(limit=PREVIEW if self.action == "list" else None)

    def lock_rows(self) -> None:
        """For a change on a condition (`rest.conditional`)."""
        if self.detail:
            services.hold(uuid=self.kwargs["uuid"], user=self.request.user)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List your collections. In the order in which you made them, each with its first ten movies."""
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A collection with all its movies."""
        return super().retrieve(request, *args, **kwargs)

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Create a collection.

        With all its movies or not at all. A movie whose `uuid` is one of the catalogue's is that movie, and its text
        comes from there; any other needs a `title`. A missing `uuid` is invented; the same one may stand in many
        collections, but once in each. `genres` is one text, separated by commas. Bodies are JSON.
        """
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        collection = services.create_collection(user=self.request.user, **serializer.validated_data)
        address = reverse("collection-detail", kwargs={"uuid": collection.uuid}, request=request)
        return self.respond(collection, self.created_serializer_class, status.HTTP_201_CREATED, {"Location": address})

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change a collection.

        What is not sent stays as it is; sent `movies` replace the list. A movie whose `uuid` is one of the catalogue's
        is that movie, and its text comes from there; any other needs a `title`. A missing `uuid` is invented; the same
        one may stand in many collections, but once in each. `genres` is one text, separated by commas. PUT and PATCH do
        the same.
        """
        collection = self.get_object()
        serializer = self.get_serializer(collection, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        services.change_collection(collection=collection, **serializer.validated_data)
        return self.respond(collection, self.changed_serializer_class, status.HTTP_200_OK, {})

    partial_update = update

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete a collection."""
        return super().destroy(request, *args, **kwargs)

    def perform_destroy(self, instance: Collection) -> None:
        services.delete_collection(collection=instance)

    def respond(
        self,
        collection: Collection,
        serializer_class: type[BaseSerializer[Any]],
        status_code: int,
        headers: dict[str, str],
    ) -> Response:
        """The collection as it is stored now. Raises Http404 when it has just been deleted."""
        stored = get_object_or_404(self.get_queryset(), pk=collection.pk)
        serializer = serializer_class(stored, context=self.get_serializer_context())
        return Response(serializer.data, status=status_code, headers=headers)

    @action(detail=False, url_path="favourite-genres", pagination_class=None)
    def favourite_genres(self, request: Request) -> Response:
        """Your favourite genres.

        The three genres that occur most in your collections, the commonest first, ties by name.
        """
        with costly_read(request):
            genres = services.favourite_genres(user=self.request.user)
        return Response(serializers.FavouriteGenreSerializer(genres, many=True).data)
