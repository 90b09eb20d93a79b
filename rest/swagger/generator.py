"""The whole document, made once for each process."""

import re
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.urls import get_resolver, get_script_prefix, set_script_prefix
from drf_yasg import openapi
from drf_yasg.app_settings import swagger_settings
from drf_yasg.generators import OpenAPISchemaGenerator
from rest_framework.request import Request

from rest.fast_path.routes import patterns
from rest.swagger.fields import without_titles
from rest.swagger.operations import heading_of, what_is_missing

Endpoints = dict[str, tuple[type, list[tuple[str, Any]]]]  # by path: the viewset, and a view for each HTTP method


class SchemaGenerator(OpenAPISchemaGenerator):
    """Always describes the whole server, whoever asks at whichever address."""

    def get_schema(self, request: Request | None = None, public: bool = False) -> openapi.Swagger:
        return document()

    def generate(self) -> openapi.Swagger:
        prefix = get_script_prefix()
        set_script_prefix("/")  # whichever the first request came below
        try:
            # Nobody in particular asks: permissions answer for anonymous callers, and no version hides other dialects.
            schema = super().get_schema(Request(HttpRequest()), public=True)
        finally:
            set_script_prefix(prefix)
        schema["basePath"] = "/"
        schema["tags"] = [{"name": one.name, "description": one.description} for one in self.headings]
        for definition in schema["definitions"].values():
            complete(definition)
        return schema

    def get_endpoints(self, request: Request) -> Endpoints:
        """Each view knows the dialect in whose namespace it is mounted: `view.dialect`.

        Raises ImproperlyConfigured where endpoints are not described, with all that is missing.
        """
        mounted: Any = patterns(get_resolver())
        self.mounts = {template(path): (dialect, pattern.callback.cls) for path, pattern, dialect in mounted}
        endpoints = super().get_endpoints(request)
        views = [(path, view) for path, (_, about) in endpoints.items() for _, view in about]
        for path, view in views:
            view.dialect = self.mounts[template(path)][0]
        if missing := list(dict.fromkeys(sentence for _, view in views for sentence in what_is_missing(view))):
            raise ImproperlyConfigured("\n".join(missing))
        return endpoints

    def get_security_requirements(self, security_definitions: Any) -> None:
        """Every operation says for itself what it needs."""

    def get_path_item(self, path: str, view_cls: type, operations: dict[str, openapi.Operation]) -> openapi.PathItem:
        """With the keys in the path among each operation's own parameters, where they are shown first."""
        item = super().get_path_item(path, view_cls, operations)
        keys = item.pop("parameters")
        for key in keys:
            key.setdefault("description", f"Its {key['name']}.")
        for operation in operations.values():
            operation["parameters"] = [*keys, *operation["parameters"]]
        return item

    # --- The order of the document ---

    def get_paths(self, endpoints: Endpoints, *args: Any) -> tuple[openapi.Paths, str]:
        """The paths by heading, and below a heading by place. The headings are in the order of their first paths."""
        paths, prefix = super().get_paths(endpoints, *args)
        places = {path: self.place(path, endpoints) for path in paths}
        heading = {path: heading_of(endpoints[path][1][0][1]) for path in paths}
        self.headings = list(dict.fromkeys(heading[path] for path in sorted(paths, key=places.__getitem__)))
        in_order = sorted(paths, key=lambda path: (self.headings.index(heading[path]), places[path]))
        return openapi.Paths(paths={path: paths[path] for path in in_order}), prefix

    def place(self, path: str, endpoints: Endpoints) -> tuple[int, int, int]:
        """By dialect as in `settings.DIALECTS`, by viewset as in the URL conf, by action as in its `operations`."""
        mount = self.mounts[template(path)]
        viewsets = list(dict.fromkeys(self.mounts.values()))
        actions = [list(view.operations).index(view.action) for _, view in endpoints[path][1]]
        return list(settings.DIALECTS).index(mount[0]), viewsets.index(mount), min(actions)


def template(path: str) -> str:
    """The path without its keys, which the URL conf, drf-yasg and the document write in different ways."""
    return re.sub(r"<[^>]*>|{\w+}", "{}", path)


def complete(definition: openapi.Schema) -> None:
    """Definitions are only for what goes out: there every property is always present, and none can be written."""
    without_titles(definition)
    for part in definition.get("properties", {}).values():
        part.pop("readOnly", None)
    if hasattr(definition, "_NP_serializer"):
        definition["required"] = list(definition["properties"])


@cache
def document() -> openapi.Swagger:
    """The document for a server at the root of its host."""
    # No host: clients use the one that they got the document from, also behind any proxy.
    return SchemaGenerator(swagger_settings.DEFAULT_INFO, url="").generate()
