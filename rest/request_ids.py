"""`X-Request-ID`: one name for a request, from the proxy in front to every line that the log has about it.

What the client or a proxy sends is taken over where it is fit to stand in a log; else the request gets a name here.
Beside it is noted what else such lines say of a request (rest.current): its route, and who sent it.
"""

import re
from os import urandom
from typing import Any

from django.http import HttpRequest
from django.http.response import ResponseHeaders

from rest.current import CURRENT, current_request_id
from rest.layers import AnswerLayer
from rest.route_names import route_name

__all__ = ["HEADER", "RequestIdMiddleware", "current_request_id"]
HEADER = "X-Request-ID"
FIT = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")


class RequestIdMiddleware(AnswerLayer):
    """Names every request, and says the name in its answer, whichever layer gives it."""

    def begin(self, request: HttpRequest) -> str:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        CURRENT.begin(given if FIT.fullmatch(given) else urandom(16).hex())
        return CURRENT.request_id

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Notes the route. The fast path, which has no such step, notes it by itself."""
        if request.resolver_match:
            CURRENT.route = route_name(request.resolver_match.route)

    def finish(self, request: HttpRequest, begun: str, status: int, headers: ResponseHeaders) -> None:
        headers[HEADER] = begun
        if CURRENT.user_id is None:
            # Where Django keeps the user of a session that somebody has asked for. Nobody asks the database for this.
            CURRENT.user_id = getattr(getattr(request, "_cached_user", None), "pk", None)
