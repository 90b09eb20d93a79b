"""Query parameters: pages, cursors, filters and ordering, and a limit.

`of_view()` is what the document says of them, and what `rest.strict` holds requests to.
"""

from typing import Any

import django_filters
from django import forms
from django_filters.filterset import FilterSet
from drf_yasg import openapi

from rest.pagination import EnvelopePagination


def of_view(view: Any) -> list[openapi.Parameter]:
    """Those of the view's action."""
    about = view.operations[view.action]
    found = list(about.query)
    if not about.is_paged:
        return found
    known = {*about.without, *(parameter.name for parameter in found)}
    filterset_class = getattr(view, "filterset_class", None)
    if filterset_class and not view.detail:
        found += [one for one in filters(filterset_class) if one.name not in known]
    found += paging(view.paginator)
    return [*found, cursor(view.paginator)] if about.has_cursor else found


def header(name: str, description: str) -> openapi.Parameter:
    return openapi.Parameter(name, openapi.IN_HEADER, type=openapi.TYPE_STRING, description=description)


IDEMPOTENCY_KEY = header(
    "Idempotency-Key", "Any text of your own, such as a UUID: what is sent twice with it is done once, for a day."
)
IF_MATCH = header("If-Match", "The `ETag` of a GET of this address: the change is 412 where somebody's came before it.")
IF_NONE_MATCH = header("If-None-Match", "`*` writes only where there is nothing yet, and is 412 else.")


def limit(default: int, maximum: int) -> openapi.Parameter:
    description = f"How many at most; more than {maximum} is taken as {maximum}."
    return openapi.Parameter(
        "limit", openapi.IN_QUERY, description, type="integer", default=default, minimum=1, maximum=maximum
    )


def paging(paginator: EnvelopePagination) -> list[openapi.Parameter]:
    most = paginator.max_page_size
    return [
        openapi.Parameter(
            paginator.page_query_param,
            openapi.IN_QUERY,
            "Which page, from 1. One that does not exist is 404.",
            type="integer",
            default=1,
            minimum=1,
        ),
        openapi.Parameter(
            paginator.page_size_query_param,
            openapi.IN_QUERY,
            f"How many a page; more than {most} is taken as {most}.",
            type="integer",
            default=paginator.page_size,
            minimum=1,
            maximum=most,
        ),
    ]


def cursor(paginator: EnvelopePagination) -> openapi.Parameter:
    return openapi.Parameter(
        paginator.cursor_query_param,
        openapi.IN_QUERY,
        "Where to go on: taken from the links `next` and `previous`, and good for that order only. Costs the same at "
        "any depth, and repeats or skips nothing when items come and go. Takes precedence over `page`.",
        type="string",
    )


def filters(filterset_class: type[FilterSet]) -> list[openapi.Parameter]:
    return [
        openapi.Parameter(name, openapi.IN_QUERY, str(declared.label or ""), **filter_type(declared))
        for name, declared in filterset_class.base_filters.items()
    ]


def filter_type(declared: django_filters.Filter) -> dict[str, Any]:
    """What is an array may be sent in several parameters."""
    if isinstance(declared, django_filters.OrderingFilter):
        choices = [value for value, _ in declared.extra["choices"]]
        return {
            "type": "array",
            "items": openapi.Items(type="string", enum=choices),
            "collection_format": "csv",
        }
    if isinstance(declared, django_filters.NumberFilter):
        bounds = {"minimum": declared.extra.get("min_value"), "maximum": declared.extra.get("max_value")}
        is_whole = issubclass(declared.field_class, forms.IntegerField)
        return {"type": "integer" if is_whole else "number", **bounds}
    if isinstance(declared, django_filters.DateFilter):
        return {"type": "string", "format": "date"}
    text = {"type": "string", "max_length": declared.extra.get("max_length")}
    if issubclass(declared.field_class.widget, forms.MultipleHiddenInput):
        return {"type": "array", "items": openapi.Items(**text), "collection_format": "multi"}
    return text
