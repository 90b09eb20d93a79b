"""Limits that hold over all processes and hosts, because they are counted in the database in single statements."""

import logging
import time
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

from metrics.addresses import client_network
from metrics.models import ThrottleWindow

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which itself imports the throttle classes

logger = logging.getLogger(__name__)

# Counted by address whoever calls: accounts are cheap to collect where these are the limits.
BY_ADDRESS = {"login", "register"}
CLEANING_SECONDS = 600


class RateParser(SimpleRateThrottle):
    """Gives access to REST framework's parser of rates ("30/min") and to nothing else of its throttles."""

    def __init__(self) -> None:
        pass


class SharedScopedThrottle(BaseThrottle):
    """A view opts in with `throttle_scope = "login"`, or action by action with `throttle_scopes = {"create": …}`.

    DEFAULT_THROTTLE_RATES has the rates. When its table cannot be used, the throttle lets everybody in and logs it.
    """

    next_cleaning: ClassVar[float] = 0.0
    wait_seconds: float | None = None

    def allow_request(self, request: Request, view: "APIView") -> bool:
        scope = self.scope_of(view)
        if scope is None or not settings.THROTTLING:
            return True
        limit, seconds = self.rate_of(scope)
        if limit is None:
            return True
        return self.take(self.key(scope, request), limit, timedelta(seconds=seconds))

    def scope_of(self, view: "APIView") -> str | None:
        scopes = getattr(view, "throttle_scopes", {})
        return scopes.get(getattr(view, "action", None)) or getattr(view, "throttle_scope", None)

    def rate_of(self, scope: str) -> tuple[int | None, int]:
        """How many uses there are in how many seconds; None for no limit. Raises ImproperlyConfigured."""
        try:
            rate: Any = api_settings.DEFAULT_THROTTLE_RATES[scope]  # text, though the stubs say a number
        except KeyError as error:
            raise ImproperlyConfigured(f"DEFAULT_THROTTLE_RATES has no rate for the scope {scope!r}.") from error
        limit, seconds = RateParser().parse_rate(rate)
        return limit, seconds or 0

    def key(self, scope: str, request: Request) -> str:
        """What is counted together: the uses of one scope by one user, or by one network."""
        if request.user and request.user.is_authenticated and scope not in BY_ADDRESS:
            return f"{scope}:user:{request.user.pk}"
        return f"{scope}:address:{client_network(request._request)}"

    def take(self, key: str, limit: int, duration: timedelta) -> bool:
        if limit < 1:
            self.wait_seconds = duration.total_seconds()
            return False
        try:
            wait = ThrottleWindow.objects.take(key, limit, duration)
            self.clean_now_and_then()
        except DatabaseError:
            logger.exception("A request went unlimited, because the throttle's table cannot be used.")
            return True
        self.wait_seconds = ceil(wait.total_seconds()) if wait else None
        return wait is None

    def clean_now_and_then(self) -> None:
        if time.monotonic() >= SharedScopedThrottle.next_cleaning:
            SharedScopedThrottle.next_cleaning = time.monotonic() + CLEANING_SECONDS
            ThrottleWindow.objects.delete_expired()

    def wait(self) -> float | None:
        return self.wait_seconds
