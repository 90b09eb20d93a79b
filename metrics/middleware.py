"""Every request is counted before anything else sees it, so that no answer, of whichever layer, goes uncounted."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from metrics.counter import counter


class RequestCounterMiddleware:
    """Counts first and answers then: the request that asks for the number counts itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        counter.add()
        return self.get_response(request)
