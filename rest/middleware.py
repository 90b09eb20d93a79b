"""What is settled before a view sees the request."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import APIException

from rest.errors import plain_error
from rest.exceptions import ContentTooLarge, LengthRequired
from rest.layers import AnswerLayer


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
