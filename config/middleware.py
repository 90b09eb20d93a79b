"""What is settled before a view sees the request."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from config.error_handlers import plain_error
from config.exceptions import ContentTooLarge


class BodyLimitMiddleware:
    """Refuses bodies that are too long by their declared length, before a byte of them is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_form = request.content_type == "multipart/form-data"
        limit = settings.MAX_BODY_BYTES + (settings.MAX_COVER_BYTES if is_form else 0)
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
            error = ContentTooLarge(f"The body is longer than {limit} bytes.")
            return plain_error(request, error.status_code, str(error.detail))
        return self.get_response(request)
