"""Query parameters: pages, cursors, filters and ordering, and a limit."""

from typing import Any

import django_filters
from django.db import models
from django_filters.filterset import FilterSet
from django_filters.utils import get_model_field
from drf_yasg import openapi

from rest.pagination import EnvelopePagination


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
        "any depth, and repeats or skips nothing when movies come and go. Takes precedence over `page`.",
        type="string",
    )


def filters(filterset_class: type[FilterSet]) -> list[openapi.Parameter]:
    model = filterset_class._meta.model
    return [
        openapi.Parameter(name, openapi.IN_QUERY, str(declared.label or ""), **filter_type(declared, model))
        for name, declared in filterset_class.base_filters.items()
    ]


def filter_type(declared: django_filters.Filter, model: type[models.Model] | None) -> dict[str, Any]:
    if isinstance(declared, django_filters.OrderingFilter):
        choices = [value for value, _ in declared.extra["choices"]]
        return {
            "type": "array",
            "items": openapi.Items(type="string", enum=choices),
            "collection_format": "csv",
        }
    if isinstance(declared, django_filters.NumberFilter):
        bounds = {"minimum": declared.extra.get("min_value"), "maximum": declared.extra.get("max_value")}
        field = get_model_field(model, declared.field_name)
        is_fraction = isinstance(getattr(field, "output_field", field), models.FloatField | models.DecimalField)
        return {"type": "number" if is_fraction else "integer", **bounds}
    if isinstance(declared, django_filters.DateFilter):
        return {"type": "string", "format": "date"}
    return {"type": "string"}
