"""Refuses query parameters that mean nothing, in the dialects that are strict (`Dialect.is_strict`).

What a parameter means is said once, in what the Swagger document is made of: see `rest.swagger.parameters.of_view()`.
The fast path asks `is_understood()` and leaves the refusal to the middleware.
"""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from itertools import islice
from typing import Any, TypeAlias

from django.core.exceptions import SuspiciousOperation
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, QueryDict
from rest_framework.exceptions import ErrorDetail
from rest_framework.settings import api_settings

from rest.dialects import is_strict
from rest.errors import error_outside
from rest.swagger import parameters

Parameters: TypeAlias = Mapping[str, bool]  # by name: whether it may be sent several times
MOST_OBJECTIONS = 5
LONGEST_NAME = 50  # characters: of a longer one the beginning is repeated


def known_parameters(view_class: Any, initkwargs: dict[str, Any], action: str, dialect: str) -> Parameters | None:
    """The parameters of a view's action; None where the dialect ignores those that mean nothing."""
    if not is_strict(dialect) or action not in getattr(view_class, "operations", {}):  # which the document insists on
        return None
    view = view_class(**initkwargs)
    view.action = action
    known = {str(parameter.name): parameter.type == "array" for parameter in parameters.of_view(view)}
    return {**known, api_settings.URL_FORMAT_OVERRIDE: False}  # which every view of REST framework obeys


def is_understood(query: QueryDict, known: Parameters | None) -> bool:
    """Whether all of the query means something."""
    if known is None:
        return True
    return all(name in known and (len(values) == 1 or known[name]) for name, values in query.lists())


def objections(query: QueryDict, known: Parameters) -> Iterator[tuple[str, list[ErrorDetail]]]:
    """The parameters that mean nothing, each with what is wrong with it."""
    names = sorted(name for name in known if name != api_settings.URL_FORMAT_OVERRIDE)
    for name, values in query.lists():
        if name not in known:
            yield name[:LONGEST_NAME], [ErrorDetail(advice(name[:LONGEST_NAME], names), "unknown")]
        elif len(values) > 1 and not known[name]:
            yield name, [ErrorDetail("This query parameter can be sent only once.", "repeated")]


def advice(name: str, names: list[str]) -> str:
    """What a client that sent an unknown parameter can do."""
    if not names:
        return "There is no such query parameter: there are none here."
    nearest = get_close_matches(name, names, n=1, cutoff=0.5)
    suggestion = f" Did you mean {nearest[0]!r}?" if nearest else ""
    return f"There is no such query parameter.{suggestion} Known here: {', '.join(names)}."


class StrictQueryMiddleware:
    """Refuses, before the view, a query that has parameters which mean nothing to it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        known = parameters_at(view, request) if request.META["QUERY_STRING"] else None
        try:
            if known is None or is_understood(request.GET, known):
                return None
        except SuspiciousOperation:
            return None  # too many parameters: REST framework refuses them
        return error_outside(request, 400, dict(islice(objections(request.GET, known), MOST_OBJECTIONS)))


def parameters_at(view: Any, request: HttpRequest) -> Parameters | None:
    """Those of the view that Django found; None where it is no viewset's, or has not that method."""
    method = str(request.method).lower()
    action = getattr(view, "actions", {}).get("get" if method == "head" else method)
    match = request.resolver_match
    return parameters_of(view, action, match.namespace) if action and match else None


@cache  # as many as the URL conf has
def parameters_of(view: Any, action: str, dialect: str) -> Parameters | None:
    return known_parameters(view.cls, view.initkwargs, action, dialect)


@receiver(setting_changed)
def forget(**kwargs: Any) -> None:
    """Tests change settings."""
    parameters_of.cache_clear()
