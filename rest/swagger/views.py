"""`/swagger/`, `/redoc/` and `/swagger.json`."""

from copy import copy
from functools import cache
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import get_script_prefix
from drf_yasg.renderers import SwaggerYAMLRenderer, _SpecRenderer
from drf_yasg.views import get_schema_view
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from rest.swagger.generator import SchemaGenerator, document

# Stands in the kept bytes where the prefix of each request goes. There is no end of prefixes, so none is kept.
BASE_PATH = "/base-path-of-the-request"


@cache
def rendered(renderer_class: type[_SpecRenderer]) -> bytes:
    whole = copy(document())
    whole["basePath"] = BASE_PATH
    return renderer_class().render(whole)


def below(script_prefix: str, content: bytes) -> bytes:
    """The document's bytes with the prefix in its `basePath`."""
    return content.replace(BASE_PATH.encode(), (script_prefix.rstrip("/") or "/").encode(), 1)


class SchemaView(
    get_schema_view(  # type: ignore[misc]  # a class that drf-yasg makes at run time
        public=True, generator_class=SchemaGenerator, permission_classes=[AllowAny], authentication_classes=[]
    )
):
    """drf-yasg's view with the document's bytes made once for each process and format."""

    def get(self, request: Request, version: str = "", format: str | None = None) -> HttpResponseBase:
        renderer: Any = request.accepted_renderer
        if not isinstance(renderer, _SpecRenderer):
            return super().get(request, version, format)
        body = below(get_script_prefix(), rendered(renderer.__class__))
        return HttpResponse(body, content_type=f"{renderer.media_type}; charset={renderer.charset}")

    @classmethod
    def as_cached_view(cls, *args: Any, renderer_classes: tuple[type[BaseRenderer], ...], **options: Any) -> Any:
        """YAML only where it is asked for: a client without preferences that gets `/swagger.json` wants JSON."""
        json_first = sorted(renderer_classes, key=lambda renderer: issubclass(renderer, SwaggerYAMLRenderer))
        return super().as_cached_view(*args, renderer_classes=tuple(json_first), **options)
