"""`/swagger/`, `/redoc/` and `/swagger.json`."""

from functools import lru_cache
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


@lru_cache(maxsize=12)
def rendered(renderer_class: type[_SpecRenderer], script_prefix: str) -> bytes:
    return renderer_class().render(document(script_prefix))


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
        body = rendered(renderer.__class__, get_script_prefix())
        return HttpResponse(body, content_type=f"{renderer.media_type}; charset={renderer.charset}")

    @classmethod
    def as_cached_view(cls, *args: Any, renderer_classes: tuple[type[BaseRenderer], ...], **options: Any) -> Any:
        """YAML only where it is asked for: a client without preferences that gets `/swagger.json` wants JSON."""
        json_first = sorted(renderer_classes, key=lambda renderer: issubclass(renderer, SwaggerYAMLRenderer))
        return super().as_cached_view(*args, renderer_classes=tuple(json_first), **options)
