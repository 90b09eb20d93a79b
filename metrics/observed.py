"""Every answer of the server is seen here, whichever layer gives it: one access line, and the numbers of `/metrics`.

It stands around all else, because only here pass all of them: the fast path's, the full stack's, those to what the
server refuses, and the failures of each, with the bytes that they have.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings

from metrics.measures import is_on, measures
from rest.current import CURRENT
from rest.route_names import route_at

ACCESS = logging.getLogger("marquee.access")
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
OTHER = "OTHER"  # whatever else a stranger calls a method
FAILED = "500 Internal Server Error"
Environ = dict[str, Any]
Headers = list[tuple[str, str]]


def observed(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The application as it is observed; as it is where there is nobody to tell."""
    return Observed(application) if settings.ACCESS_LOG or is_on() else application


class AccessRecord(logging.LogRecord):
    """A record of which nothing is found out that is the same for each: that would cost as much as the line."""

    usual = vars(logging.LogRecord(ACCESS.name, logging.INFO, __file__, 0, "", None, None))

    def __init__(self, message: str, fields: dict[str, Any]) -> None:
        now = time.time()
        vars(self).update(self.usual)
        self.msg, self.fields, self.created, self.msecs = message, fields, now, 1000 * (now % 1)


class Observed:
    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        CURRENT.begin("")
        exchange = Exchange(environ, start_response)
        if is_on():
            measures.begin_request()
        try:
            body = self.application(environ, exchange.start_response)
        except BaseException:
            exchange.status = FAILED
            exchange.end(0)
            raise
        length = exchange.length(body)
        if length is None:
            return exchange.counted(body)
        exchange.end(length)
        return body


class Exchange:
    """One request and its answer."""

    __slots__ = ("began", "environ", "headers", "start", "status")

    def __init__(self, environ: Environ, start_response: Callable[..., Any]) -> None:
        self.environ, self.start = environ, start_response
        self.status, self.headers = FAILED, Headers()
        self.began = time.perf_counter()

    def start_response(self, status: str, headers: Headers, exc_info: Any = None) -> Any:
        self.status, self.headers = status, headers
        return self.start(status, headers, exc_info) if exc_info else self.start(status, headers)

    def length(self, body: Iterable[bytes]) -> int | None:
        """The bytes of the body; None where nobody knows before it has been sent."""
        if self.environ["REQUEST_METHOD"] == "HEAD" or self.status[:3] in ("204", "304"):
            return 0
        if isinstance(body, list):
            return sum(map(len, body))
        said = next((value for name, value in self.headers if name.lower() == "content-length"), "")
        return int(said) if said.isdecimal() else None

    def counted(self, body: Iterable[bytes]) -> Iterator[bytes]:
        """The body, which ends the exchange when it has been sent or the client has gone."""
        sent = 0
        try:
            for part in body:
                sent += len(part)
                yield part
        except GeneratorExit:
            raise
        except BaseException:
            self.status = FAILED
            raise
        finally:
            if hasattr(body, "close"):
                body.close()
            self.end(sent)

    def end(self, length: int) -> None:
        seconds = time.perf_counter() - self.began
        method = self.environ["REQUEST_METHOD"]
        method = method if method in METHODS else OTHER
        status = int(self.status[:3])
        route = CURRENT.route or route_at(self.environ, status)
        if is_on():
            measures.end_request(method, route, status, seconds)
        if settings.ACCESS_LOG:
            log(method, route, status, round(1000 * seconds, 2), length)


def log(method: str, route: str, status: int, milliseconds: float, length: int) -> None:
    """Writes the access line. Nothing in it is a stranger's own words but the name of the request, which is checked."""
    caller = f"user {CURRENT.user_id}" if CURRENT.user_id else "anonymous"
    message = f"{method} {route} {status} in {milliseconds} ms, {length} bytes, {caller}"
    fields = {
        "method": method,
        "route": route,
        "status": status,
        "ms": milliseconds,
        "user_id": CURRENT.user_id,
        "bytes": length,
    }
    ACCESS.handle(AccessRecord(message, fields))
