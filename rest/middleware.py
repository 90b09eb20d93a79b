"""What is settled before a view sees the request."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.shortcuts import render
from django.utils.http import escape_leading_slashes
from rest_framework.exceptions import APIException, Throttled

from rest.database import outages
from rest.database.outages import outage_of
from rest.errors import plain_error, set_retry_after
from rest.exceptions import Busy, ContentTooLarge, LengthRequired, UnsupportedContentEncoding
from rest.layers import AnswerLayer
from rest.problems import BAD_REQUEST, OF_REFUSALS
from rest.refusals import REFUSAL


class RefusalMiddleware:
    """Answers what the server could not read as a request, in the shape of the dialect that its path belongs to.

    A path that could not be read is "/".
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if REFUSAL not in request.META:
            return self.get_response(request)
        status, sentence = request.META[REFUSAL]
        return plain_error(request, status, sentence, OF_REFUSALS.get(status, BAD_REQUEST))


class ComeAgainMiddleware:
    """Answers with a page where a page's view raises Busy or Throttled, or meets an outage of the database.

    REST framework answers for its own views.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if refusal := outage_of(error):
            outages.report("A page could not be shown.", error)
            error = refusal
        if not isinstance(error, (Busy, Throttled)):
            return None
        shown = {"title": HTTPStatus(error.status_code).phrase, "detail": error.detail, "address": request.path}
        response = render(request, "rest/come_again.html", shown, status=error.status_code)
        set_retry_after(response, error)
        return response


class SlashMiddleware(CommonMiddleware):
    """Redirects to the address with the slash as Django does; `TransportMiddleware` keeps the method."""

    def get_full_path_with_slash(self, request: HttpRequest) -> str:
        """Without what Django does in DEBUG alone: it raises for a POST, since its own redirect would lose the body."""
        return escape_leading_slashes(request.get_full_path(force_append_slash=True))


class BodyLimitMiddleware(AnswerLayer):
    """Refuses bodies that are too long, of unknown length or encoded, before a byte of them is read."""

    def refuse(self, request: HttpRequest) -> HttpResponse | None:
        error = self.objection(request)
        if error is None:
            return None
        response = plain_error(request, error.status_code, str(error.detail), str(error.default_code))
        if isinstance(error, UnsupportedContentEncoding):
            response.headers["Accept-Encoding"] = "identity"  # RFC 9110, 15.5.16
        return response

    @staticmethod
    def objection(request: HttpRequest) -> APIException | None:
        length = request.META.get("CONTENT_LENGTH")
        if not length:
            # WSGI has no end of a chunked body, so Django would read none of it.
            return LengthRequired() if "HTTP_TRANSFER_ENCODING" in request.META else None
        is_form = request.content_type == "multipart/form-data"
        limit = settings.MAX_BODY_BYTES + (settings.MAX_COVER_BYTES if is_form else 0)
        encoding = request.META.get("HTTP_CONTENT_ENCODING", "identity")
        if length != "0" and encoding.strip().lower() not in ("", "identity"):
            return UnsupportedContentEncoding(f"The body is encoded ({encoding[:40]}): send it as it is.")
        if length.isdecimal() and int(length[:18]) > limit:  # converting thousands of digits fails
            return ContentTooLarge(f"The body is longer than {limit} bytes.")
        return None
