"""`/swagger/`, `/redoc/` and `/swagger.json`."""

from functools import lru_cache
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import get_script_prefix
from drf_yasg.renderers import _SpecRenderer
from drf_yasg.views import get_schema_view
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from config.swagger.generator import INFO, MarqueeSchemaGenerator, document


@lru_cache(maxsize=12)
def rendered(renderer_class: type[_SpecRenderer], script_prefix: str) -> bytes:
    return renderer_class().render(document(script_prefix))


class SchemaView(
    get_schema_view(  # type: ignore[misc]
        INFO,
        public=True,
        generator_class=MarqueeSchemaGenerator,
        permission_classes=[AllowAny],
        authentication_classes=[],
    )
):
    """drf-yasg's view with the document's bytes made once for each process and format."""

    def get(self, request: Request, version: str = "", format: str | None = None) -> HttpResponseBase:
        renderer: Any = request.accepted_renderer
        if not isinstance(renderer, _SpecRenderer):
            return super().get(request, version, format)
        body = rendered(type(renderer), get_script_prefix())
        return HttpResponse(body, content_type=f"{renderer.media_type}; charset={renderer.charset}")


schema_view = SchemaView
