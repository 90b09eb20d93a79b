from rest_framework import status
from rest_framework.exceptions import APIException


class InvalidCredentials(APIException):
    """401 on logging in or refreshing; not DRF's AuthenticationFailed, which these open endpoints would turn to 403."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_detail = "Unable to log in with the provided credentials."
    default_code = "invalid_credentials"
