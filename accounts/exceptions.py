from rest_framework import status
from rest_framework.exceptions import APIException

from accounts import problems
from rest.exceptions import CHALLENGE


class InvalidCredentials(APIException):
    """401 on logging in; not DRF's AuthenticationFailed, which this open endpoint would turn to 403."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_detail = "Unable to log in with the provided credentials."
    default_code = problems.INVALID_CREDENTIALS
    auth_header = CHALLENGE


class SecondFactorRequired(APIException):
    """401 on logging in with the right password to an account that wants a code as well."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_detail = "The account has a second factor: a code (otp) is needed beside the password."
    default_code = problems.SECOND_FACTOR_REQUIRED
    auth_header = CHALLENGE

    def __init__(self) -> None:
        super().__init__({"detail": self.default_detail, "code": self.default_code})


class SecondFactorInvalid(SecondFactorRequired):
    default_detail = "The code is wrong, or has been used already."
    default_code = problems.SECOND_FACTOR_INVALID


class SecondFactorIsOn(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "The second factor is on already."
    default_code = problems.SECOND_FACTOR_ON


class NoSecondFactor(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "The second factor is off."
    default_code = problems.SECOND_FACTOR_OFF


class TooManyTokens(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "You have as many personal access tokens as an account may have. End one of them first."
    default_code = problems.TOO_MANY_TOKENS
