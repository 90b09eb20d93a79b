"""The map: which dialect is mounted where. The order matters at the root, whose own `/<int>/` comes last."""

from typing import Any

from csp.decorators import csp, csp_update
from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.static import serve

from config import problem_pages
from metrics.urls import health_urlpatterns
from rest.dialects import mount
from rest.swagger.views import SchemaView

handler400 = "rest.errors.bad_request"
handler403 = "rest.errors.forbidden"
handler404 = "rest.errors.not_found"
handler500 = "rest.errors.server_error"

swagger = csp_update(settings.SWAGGER_POLICY)(SchemaView.with_ui("swagger", cache_timeout=0))
redoc = csp_update(settings.REDOC_POLICY)(SchemaView.with_ui("redoc", cache_timeout=0))
serve_media: Any = csp(settings.MEDIA_POLICY)(serve)  # type: ignore[arg-type]  # a view that takes arguments, too

urlpatterns = [
    # dialect, prefix: URL confs below it
    mount("api", {"api/v1/": ["accounts.urls", "movies.urls", "collections_app.urls", "metrics.urls"]}),
    mount("compact", {"api/auth/": ["accounts.dialects.compact", "movies.dialects.compact"]}),
    mount("showcase", {"api/": ["accounts.dialects.showcase", "movies.dialects.showcase"]}),
    mount("community", {"": ["accounts.dialects.community", "movies.dialects.community"]}),
    mount("collector", {"": ["collections_app.dialects.collector", "metrics.dialects.collector"]}),
    path("accounts/", include("accounts.pages.urls")),
    path("admin/", admin.site.urls),
    path("problems/", problem_pages.index, name="problems"),
    path("problems/<slug:code>/", problem_pages.page, name="problem"),
    path("swagger/", swagger, name="swagger"),
    path("redoc/", redoc, name="redoc"),
    path("swagger.json", SchemaView.without_ui(cache_timeout=0), name="schema"),
    *health_urlpatterns,
    *(
        [re_path(r"^media/(?P<path>.*)$", serve_media, {"document_root": settings.MEDIA_ROOT})]
        if settings.SERVE_MEDIA
        else []
    ),
    mount("classic", {"account/": ["accounts.dialects.classic"], "": ["movies.dialects.classic"]}),
]
