"""API errors that REST framework lacks, for any app."""

from rest_framework import status
from rest_framework.exceptions import APIException


class ContentTooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large."
    default_code = "too_large"


class LengthRequired(APIException):
    status_code = status.HTTP_411_LENGTH_REQUIRED
    default_detail = "The body's length is missing: send Content-Length instead of a chunked body."
    default_code = "length_required"
