"""What a personal access token may do: scopes, and which of them a request needs.

Every viewset names its `area` and, where an action is of another one, the action's in `areas`. A scope is a right in
one area (`movies:read`) or in all of them (`read`), and `write` has `read` in it. What belongs to none of AREAS takes a
scope of all.
"""

from collections.abc import Collection

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.models import PersonalToken
from rest.exceptions import InsufficientScope

READ, WRITE = "read", "write"
AREAS = ("movies", "feedback", "collections", "account")
SCOPES = (READ, WRITE, *(f"{area}:{right}" for area in AREAS for right in (READ, WRITE)))

# Areas of another kind: what no token opens, since who has it could take the account; and what every token opens.
LOGIN_ONLY = "login"
ANY_TOKEN = "any"  # noqa: S105


def missing_scope(request: HttpRequest, scopes: Collection[str]) -> str | None:
    """The scope that `request` needs beyond these; None where they are enough. LOGIN_ONLY where no scope would do."""
    area = area_of(request)
    return None if area is None else missing_in(area, request.method, scopes)


def missing_in(area: str, method: str | None, scopes: Collection[str]) -> str | None:
    """As missing_scope, where the area is known."""
    if area == ANY_TOKEN:
        return None
    if area == LOGIN_ONLY:
        return LOGIN_ONLY
    right = READ if method in SAFE_METHODS else WRITE
    enough = {right, WRITE, f"{area}:{right}", f"{area}:{WRITE}"}
    if enough.intersection(scopes):
        return None
    return f"{area}:{right}" if area in AREAS else right


def area_of(request: HttpRequest) -> str | None:
    """That of the view which answers, or of its action; None where there is nothing at the address."""
    try:
        view = (request.resolver_match or resolve(request.path_info)).func
    except Resolver404:
        return None
    method = "get" if request.method == "HEAD" else str(request.method).lower()
    return area_of_action(view.cls, view.actions.get(method))  # type: ignore[attr-defined]  # a viewset's


def area_of_action(viewset: type, action: str | None) -> str:
    areas: dict[str | None, str] = getattr(viewset, "areas", {})
    area: str = viewset.area  # type: ignore[attr-defined]  # a test holds every viewset to it
    return areas.get(action, area)


def refusal(missing: str | None) -> InsufficientScope | None:
    """What the caller is told who lacks what missing_scope found, or None with it."""
    return None if missing is None else InsufficientScope("" if missing == LOGIN_ONLY else missing)


def require_login(request: Request) -> None:
    """Raises InsufficientScope where the caller came with a personal access token, whatever its scopes."""
    if isinstance(request.auth, PersonalToken):
        raise InsufficientScope
