"""Errors and their shapes: RFC 9457 problem details in the canonical API, DRF's own in the dialects."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve
from rest_framework.exceptions import AuthenticationFailed, ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

CANONICAL = "api"
PROBLEM_JSON = "application/problem+json"


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turns every expected error into a reply in the caller's dialect; None (a 500) for the unexpected."""
    request = context["request"]
    if isinstance(error, SuspiciousOperation):
        error = ParseError(str(error))
    elif isinstance(error, IntegrityError) and login_has_ended(request):
        error = AuthenticationFailed("The account was deleted or logged out meanwhile.")
        error.auth_header = request.authenticators[0].authenticate_header(request)  # type: ignore[attr-defined]
    response = drf_exception_handler(error, context)
    if response is None or not is_canonical(request):
        return response
    response.data = problem(response.status_code, response.data, request.path)
    response.content_type = PROBLEM_JSON
    return response


def login_has_ended(request: Request) -> bool:
    """Whether the login that this request came with is gone: what it wrote for its user then refers to nobody."""
    login = request.auth
    return login is not None and not type(login).objects.filter(pk=login.pk).exists()


def problem(status_code: int, data: Any, instance: str) -> dict[str, Any]:
    """RFC 9457: `{"type","title","status","detail","instance"}` and, for bad fields, `"errors"`.

    An error is `{"field": "movies.0.title", "pointer": "#/movies/0/title", "detail": …, "code": …}`.
    """
    body = {"type": "about:blank", "title": HTTPStatus(status_code).phrase, "status": status_code}
    if isinstance(data, dict) and set(data) <= {"detail", "code", "messages"} and "detail" in data:
        return {**body, "detail": str(data["detail"]), "instance": instance}
    errors = [
        {
            "field": ".".join(trail) or "non_field_errors",
            "pointer": "#/" + "/".join(trail) if trail else "#",
            "detail": str(detail),
            "code": getattr(detail, "code", "invalid"),
        }
        for trail, detail in leaves(data)
    ]
    summary = "; ".join(f"{error['field']}: {error['detail']}" for error in errors[:5])
    return {**body, "detail": summary, "instance": instance, "errors": errors}


def leaves(data: Any, trail: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every message in DRF's nested errors, with the way to it."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, trail if key == "non_field_errors" else (*trail, str(key)))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            is_nested = isinstance(value, (dict, list))
            yield from leaves(value, (*trail, str(index)) if is_nested else trail)
    else:
        yield trail, data


def is_canonical(request: HttpRequest | Request) -> bool:
    """Whether the path belongs to the canonical API. Asked before a view, or its versioning, has had its turn too."""
    try:
        return (request.resolver_match or resolve(request.path_info)).namespace == CANONICAL
    except Resolver404:
        return request.path.startswith("/api/")


def plain_error(request: HttpRequest, status_code: int, detail: str) -> HttpResponse:
    """An error outside any view, in the shape of the mount that the path belongs to."""
    if is_canonical(request):
        body = problem(status_code, {"detail": detail}, request.path)
        return JsonResponse(body, status=status_code, content_type=PROBLEM_JSON)
    return JsonResponse({"detail": detail}, status=status_code)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_error(request, 400, "Bad request.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_error(request, 403, "You do not have permission to perform this action.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_error(request, 404, "Not found.")


def server_error(request: HttpRequest) -> HttpResponse:
    return plain_error(request, 500, "A server error occurred.")
