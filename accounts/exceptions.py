from rest_framework import status
from rest_framework.exceptions import APIException

from rest.exceptions import CHALLENGE


class InvalidCredentials(APIException):
    """401 on logging in; not DRF's AuthenticationFailed, which this open endpoint would turn to 403."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_detail = "Unable to log in with the provided credentials."
    default_code = "invalid_credentials"
    auth_header = CHALLENGE


class SecondFactorRequired(APIException):
    """401 on logging in with the right password to an account that wants a code as well."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_detail = "The account has a second factor: a code (otp) is needed beside the password."
    default_code = "second_factor_required"
    auth_header = CHALLENGE

    def __init__(self) -> None:
        super().__init__({"detail": self.default_detail, "code": self.default_code})


class SecondFactorInvalid(SecondFactorRequired):
    default_detail = "The code is wrong, or has been used already."
    default_code = "second_factor_invalid"


class SecondFactorIsOn(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "The second factor is on already."
    default_code = "second_factor_on"


class NoSecondFactor(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "The second factor is off."
    default_code = "second_factor_off"


class TooManyTokens(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "You have as many personal access tokens as an account may have. End one of them first."
    default_code = "too_many_tokens"
