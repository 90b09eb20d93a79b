"""What must hold for every answer, whichever way the request takes: through Django's full stack or on the fast path.

`MIDDLEWARE` is the one list of both ways. A middleware that derives from `AnswerLayer` is called on both. Any other one
has to be known to the fast path, or `settings.FAST_PATH_SKIPS` has to say why the fast path does without it; else
`manage.py check` fails, and so does the start of the server (`rest/fast_path/stack.py`).
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.http.response import ResponseHeaders

BEGUN = "rest.layers.begun"  # in the WSGI environ: layer → what its begin() returned


class AnswerLayer:
    """A middleware in three parts, so that the fast path can call them without Django's chain around them.

    The fast path calls `refuse()`, `begin()` and `finish()` in the order of `MIDDLEWARE`, `finish()` from the innermost
    out. A request that begins on the fast path and goes on in the full stack is begun once.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun = self.begin_once(request)
        response = self.refuse(request) or self.get_response(request)
        self.finish(request, begun, response.status_code, response.headers)
        return response

    def begin_once(self, request: HttpRequest) -> Any:
        """What `begin()` returned for this request, now or before it left the fast path."""
        begun = request.META.setdefault(BEGUN, {})
        if type(self) not in begun:
            begun[type(self)] = self.begin(request)
        return begun[type(self)]

    def refuse(self, request: HttpRequest) -> HttpResponseBase | None:
        """An answer that ends the request here, or None. It may be asked twice, so it changes nothing."""
        return None

    def begin(self, request: HttpRequest) -> Any:
        """Called once for each request, before its view. What it returns is given to `finish()`."""
        return None

    def finish(self, request: HttpRequest, begun: Any, status: int, headers: ResponseHeaders) -> None:
        """Called with the answer's status and headers, which it may change."""
