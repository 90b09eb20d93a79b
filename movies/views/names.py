"""Directors and genres."""

from typing import Any, ClassVar

from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from movies import serializers
from movies.filters import NameFilter
from movies.models import Director, Genre
from movies.swagger.catalogue import CATALOGUE, DIRECTORS, GENRES
from rest.swagger.operations import Operation


class DirectorViewSet(viewsets.ReadOnlyModelViewSet[Director]):
    """Directors by name; `name` finds those that contain it."""

    area: ClassVar[str] = "movies"
    heading = CATALOGUE
    operations: ClassVar[dict[str, Operation]] = DIRECTORS
    queryset = Director.objects.all()
    serializer_class = serializers.DirectorSerializer
    filterset_class = NameFilter
    lookup_value_converter = "int"

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the directors. By name."""
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A director."""
        return super().retrieve(request, *args, **kwargs)


class GenreViewSet(viewsets.ReadOnlyModelViewSet[Genre]):
    """Genres by name; `name` finds those that contain it."""

    area: ClassVar[str] = "movies"
    heading = CATALOGUE
    operations: ClassVar[dict[str, Operation]] = GENRES
    queryset = Genre.objects.all()
    serializer_class = serializers.GenreSerializer
    filterset_class = NameFilter
    lookup_value_converter = "int"

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the genres. By name."""
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A genre."""
        return super().retrieve(request, *args, **kwargs)
