from rest_framework import status
from rest_framework.exceptions import APIException

from rest.exceptions import CHALLENGE


class InvalidCredentials(APIException):
    """401 on logging in; not DRF's AuthenticationFailed, which this open endpoint would turn to 403."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_detail = "Unable to log in with the provided credentials."
    default_code = "invalid_credentials"
    auth_header = CHALLENGE


class TooManyTokens(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "You have as many personal access tokens as an account may have. End one of them first."
    default_code = "too_many_tokens"
