from rest_framework import status
from rest_framework.exceptions import APIException

from rest.exceptions import CHALLENGE


class InvalidCredentials(APIException):
    """401 on logging in; not DRF's AuthenticationFailed, which this open endpoint would turn to 403."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_detail = "Unable to log in with the provided credentials."
    default_code = "invalid_credentials"
    auth_header = CHALLENGE
