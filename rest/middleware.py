"""What is settled before a view sees the request."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import APIException

from rest.errors import plain_error
from rest.exceptions import ContentTooLarge, LengthRequired


class BodyLimitMiddleware:
    """Refuses bodies that are too long, or of unknown length, before a byte of them is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        error = self.objection(request)
        if error is not None:
            return plain_error(request, error.status_code, str(error.detail))
        return self.get_response(request)

    @staticmethod
    def objection(request: HttpRequest) -> APIException | None:
        length = request.META.get("CONTENT_LENGTH") or ""
        if not length and "HTTP_TRANSFER_ENCODING" in request.META:
            return LengthRequired()  # WSGI has no end of a chunked body, so Django would read none of it
        is_form = request.content_type == "multipart/form-data"
        limit = settings.MAX_BODY_BYTES + (settings.MAX_COVER_BYTES if is_form else 0)
        if length.isdecimal() and int(length[:18]) > limit:  # converting thousands of digits fails
            return ContentTooLarge(f"The body is longer than {limit} bytes.")
        return None
