"""The whole document, made once for each process."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest
from django.urls import get_script_prefix
from drf_yasg import openapi
from drf_yasg.generators import OpenAPISchemaGenerator
from drf_yasg.openapi import Swagger
from rest_framework.request import Request

from config.swagger.fields import without_titles
from config.swagger.groups import GROUPS, TAGS
from config.swagger.operations import OPERATIONS

INFO = openapi.Info(
    title="Marquee",
    default_version="1",
    description=(Path(__file__).parent / "introduction.md").read_text(),
)


class MarqueeSchemaGenerator(OpenAPISchemaGenerator):
    """Always describes the whole server, whoever asks at whichever address."""

    def get_schema(self, request: Request | None = None, public: bool = False) -> Swagger:
        return document(get_script_prefix())

    def generate(self) -> Swagger:
        # Nobody in particular asks: permissions answer for anonymous callers, and no version hides other dialects.
        schema = super().get_schema(Request(HttpRequest()), public=True)
        schema["tags"] = TAGS
        for definition in schema["definitions"].values():
            complete(definition)
        return schema

    def get_path_item(self, path: str, view_cls: type, operations: dict[str, openapi.Operation]) -> openapi.PathItem:
        """With the keys in the path among each operation's own parameters, where they are shown first."""
        item = super().get_path_item(path, view_cls, operations)
        keys = item.pop("parameters")
        for key in keys:
            key.setdefault("description", f"Its {key['name']}.")
        for operation in operations.values():
            operation["parameters"] = [*keys, *operation["parameters"]]
        return item

    def get_security_requirements(self, security_definitions: Any) -> None:
        """Every operation says for itself what it needs."""

    def get_paths_object(self, paths: dict[str, openapi.PathItem]) -> openapi.Paths:
        return super().get_paths_object(dict(sorted(paths.items(), key=place)))


def complete(definition: openapi.Schema) -> None:
    """Definitions are only for what goes out: there every property is always present, and none can be written."""
    without_titles(definition)
    for part in definition.get("properties", {}).values():
        part.pop("readOnly", None)
    if hasattr(definition, "_NP_serializer"):
        definition["required"] = list(definition["properties"])


def place(entry: tuple[str, openapi.PathItem]) -> tuple[int, int, str]:
    """By heading, then as the tables list the operations."""
    path, item = entry
    operations = [operation for _, operation in item.operations]
    headings, names = list(GROUPS), list(OPERATIONS)
    positions = [names.index(operation["operationId"].partition("_")[2]) for operation in operations]
    return headings.index(operations[0]["tags"][0]), min(positions), path


@lru_cache(maxsize=4)
def document(script_prefix: str) -> Swagger:
    """The document for a server below `script_prefix`, which its `basePath` contains."""
    # No host: clients use the one that they got the document from, also behind any proxy.
    return MarqueeSchemaGenerator(INFO, url="").generate()
