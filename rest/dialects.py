"""Dialects: one behaviour in several published shapes.

A dialect is a URL namespace (DRF's NamespaceVersioning makes it `request.version`) and a set of subclasses of the
canonical views that change shape only. `settings.DIALECTS` has them all, by name; `config/tests/test_dialects.py` lists
what a dialect may set and holds every dialect to it.

Beside serializers and envelopes a dialect's viewset may set what finds an item (`lookup_field = "uuid"` with
`lookup_value_converter = "uuid"`), and may be read-only (`http_method_names = READ_ONLY`).
"""

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.urls import Resolver404, URLResolver, include, path, resolve
from rest_framework.request import Request

READ_ONLY = ["get", "head", "options"]


@dataclass(frozen=True)
class Dialect:
    """What the whole server has to know of a dialect. What one view has to know is in that view's subclass."""

    name: str  # its URL namespace
    errors: str  # the import path of the ErrorShape that phrases its errors
    heading: str = ""  # in Swagger; empty where each viewset has a heading of its own
    description: str = ""  # below the heading
    is_strict: bool = False  # whether query parameters that mean nothing are refused; else they are ignored
    prefix: str = ""  # where every address below it, known or not, is the dialect's; empty where it shares its root


def mount(dialect: str, prefixes: dict[str, list[str]]) -> URLResolver:
    """The URL confs of `prefixes` (prefix → modules) under the namespace of `dialect`.

    `reverse(name, request=request)` then stays in the dialect in which the caller asked. Raises ImproperlyConfigured
    where the table of dialects has no such name.
    """
    if dialect not in settings.DIALECTS:
        raise ImproperlyConfigured(
            f"The URL conf mounts {dialect!r}, which is no dialect: add Dialect({dialect!r}, …) to config/dialects.py. "
            f"There are {', '.join(settings.DIALECTS)}."
        )
    patterns = [path(prefix, include(module)) for prefix, modules in prefixes.items() for module in modules]
    return path("", include((patterns, dialect), namespace=dialect))


def dialect_of(request: HttpRequest | Request) -> Dialect | None:
    """The dialect that the path belongs to, if any. Asked before a view, or its versioning, has had its turn too."""
    try:
        namespace = (request.resolver_match or resolve(request.path_info)).namespace
    except Resolver404:
        return dialect_below(request.path_info)
    return settings.DIALECTS.get(namespace)


def dialect_below(path: str) -> Dialect | None:
    """The dialect to whose prefix the path belongs, if any, whether or not there is such an address."""
    return next((one for one in settings.DIALECTS.values() if one.prefix and path.startswith(one.prefix)), None)


def is_strict(name: str | None) -> bool:
    """Whether the dialect of that name, if it is one, refuses query parameters that mean nothing."""
    dialect = settings.DIALECTS.get(name or "")
    return dialect is not None and dialect.is_strict
