"""What is settled before a view sees the request."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from rest_framework.exceptions import APIException

from rest.errors import ProblemDetails, error_response, plain_error
from rest.exceptions import ContentTooLarge, LengthRequired
from rest.layers import AnswerLayer
from rest.refusals import REFUSAL


class RefusalMiddleware:
    """Answers what the server could not read as a request, as problem details: there is no dialect in it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if REFUSAL not in request.META:
            return self.get_response(request)
        status, sentence = request.META[REFUSAL]
        return error_response(ProblemDetails, request, status, sentence)


class BodyLimitMiddleware(AnswerLayer):
    """Refuses bodies that are too long, or of unknown length, before a byte of them is read."""

    def refuse(self, request: HttpRequest) -> HttpResponse | None:
        error = self.objection(request)
        return plain_error(request, error.status_code, str(error.detail)) if error else None

    @staticmethod
    def objection(request: HttpRequest) -> APIException | None:
        length = request.META.get("CONTENT_LENGTH")
        if not length:
            # WSGI has no end of a chunked body, so Django would read none of it.
            return LengthRequired() if "HTTP_TRANSFER_ENCODING" in request.META else None
        is_form = request.content_type == "multipart/form-data"
        limit = settings.MAX_BODY_BYTES + (settings.MAX_COVER_BYTES if is_form else 0)
        if length.isdecimal() and int(length[:18]) > limit:  # converting thousands of digits fails
            return ContentTooLarge(f"The body is longer than {limit} bytes.")
        return None
