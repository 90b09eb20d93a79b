"""The Swagger document: every endpoint of every dialect, the canonical API first."""

from drf_yasg import openapi
from drf_yasg.generators import OpenAPISchemaGenerator
from drf_yasg.inspectors import SwaggerAutoSchema
from drf_yasg.views import get_schema_view
from rest_framework.permissions import AllowAny


class MarqueeAutoSchema(SwaggerAutoSchema):
    pass


class MarqueeSchemaGenerator(OpenAPISchemaGenerator):
    pass


schema_view = get_schema_view(
    openapi.Info(title="Marquee", default_version="1"),
    public=True,
    permission_classes=[AllowAny],
    authentication_classes=[],
)
