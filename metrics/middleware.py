"""Every request is counted before anything else sees it, so that no answer, of whichever layer, goes uncounted."""

from django.http import HttpRequest

from metrics.counter import counter
from rest.layers import AnswerLayer


class RequestCounterMiddleware(AnswerLayer):
    """Counts first and answers then: the request that asks for the number counts itself."""

    def begin(self, request: HttpRequest) -> None:
        counter.add()
