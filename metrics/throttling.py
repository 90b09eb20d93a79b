"""Limits that hold over all processes and hosts, because they are counted in the database in single statements."""

import logging
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.http import HttpRequest
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

from metrics.addresses import client_network
from metrics.limits import Limit, limits_of
from metrics.models import ThrottleWindow
from metrics.windows import take_use
from rest.cleaning import Cleaning
from rest.database.outages import report

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which itself imports the throttle classes

logger = logging.getLogger(__name__)

# Counted by address whoever calls: accounts are cheap to collect where these are the limits.
BY_ADDRESS = {"login", "register", "refresh", "reset", "recovery", "key"}
Caller = AbstractBaseUser | AnonymousUser | None

cleaning = Cleaning(lambda: ThrottleWindow.objects.delete_expired())


class RateParser(SimpleRateThrottle):
    """Gives access to REST framework's parser of rates ("30/min") and to nothing else of its throttles."""

    def __init__(self) -> None:
        pass


class SharedScopedThrottle(BaseThrottle):
    """A view opts in with `throttle_scope = "login"`, or action by action with `throttle_scopes = {"create": …}`.

    An action may have several scopes: `{"create": ("create", "write")}`. DEFAULT_THROTTLE_RATES has the rates.
    """

    wait_seconds: float | None = None

    def allow_request(self, request: Request, view: "APIView") -> bool:
        for scope in self.scopes_of(view):
            limit = take(scope, request._request, request.user)
            if limit and limit.is_refused:
                self.wait_seconds = limit.reset
                return False
        return True

    def scopes_of(self, view: "APIView") -> tuple[str, ...]:
        """The scopes of the view's action; none where it is not limited."""
        scopes = getattr(view, "throttle_scopes", {}).get(getattr(view, "action", None))
        named = scopes or getattr(view, "throttle_scope", None) or ()
        return (named,) if isinstance(named, str) else tuple(named)

    def wait(self) -> float | None:
        return self.wait_seconds


def require(scope: str, request: HttpRequest) -> None:
    """Counts a request that no view of REST framework limits. Raises Throttled (429) where nothing is left."""
    limit = take(scope, request, getattr(request, "user", None))
    if limit and limit.is_refused:
        raise Throttled(limit.reset)


def require_for(scope: str, request: HttpRequest, whom: str) -> None:
    """The same, counted by whom the request is about, whoever sends it. `whom` is a digest."""
    quota, seconds = rate_of(scope)
    limit = counted(scope, f"{scope}:{whom}", quota, seconds) if settings.THROTTLING and quota is not None else None
    if limit:
        limits_of(request)[scope] = limit
        if limit.is_refused:
            raise Throttled(limit.reset)


def take(scope: str, request: HttpRequest, user: Caller) -> Limit | None:
    """Counts the request once for the scope, however often it is asked; None where there is no limit.

    When the table of the windows cannot be used, everybody is let in and the log says so.
    """
    limits = limits_of(request)
    if scope not in limits and settings.THROTTLING:
        quota, seconds = rate_of(scope)
        found = None if quota is None else counted(scope, key_of(scope, request, user), quota, seconds)
        if found:
            limits[scope] = found
    return limits.get(scope)


def counted(scope: str, key: str, quota: int, seconds: int) -> Limit | None:
    if quota < 1:
        return Limit(scope, 0, seconds, left=0, reset=seconds, is_refused=True)
    try:
        use = take_use(key, quota, timedelta(seconds=seconds))
        cleaning.now_and_then()
    except DatabaseError as error:
        report("A request went unlimited, because the throttle's table cannot be used.", error)
        return None
    return Limit(scope, quota, seconds, use.left, ceil(use.opens_in.total_seconds()), is_refused=not use.is_taken)


def rate_of(scope: str) -> tuple[int | None, int]:
    """How many uses there are in how many seconds; None for no limit. Raises ImproperlyConfigured."""
    try:
        rate: Any = api_settings.DEFAULT_THROTTLE_RATES[scope]  # text, though the stubs say a number
    except KeyError as error:
        raise ImproperlyConfigured(f"DEFAULT_THROTTLE_RATES has no rate for the scope {scope!r}.") from error
    quota, seconds = RateParser().parse_rate(rate)
    return quota, seconds or 0


def key_of(scope: str, request: HttpRequest, user: Caller) -> str:
    """What is counted together: the uses of one scope by one user, or by one network."""
    if scope not in BY_ADDRESS and user and user.is_authenticated:
        return f"{scope}:user:{user.pk}"
    return f"{scope}:address:{client_network(request)}"
