"""Registering and logging in and out."""

from rest_framework.exceptions import ErrorDetail

from accounts.exceptions import InvalidCredentials
from accounts.serializers import SignedPairSerializer
from accounts.swagger.examples import ACCESS, CREDENTIALS, LOGGED_IN, NAME_AND_PASSWORD, REFRESH, REGISTERED, TAKEN_NAME
from rest.exceptions import TokenNotValid
from rest.swagger.errors import said_by
from rest.swagger.operations import NO_CONTENT, Body, Operation, Success
from rest.swagger.shapes import one

AUTH = {
    "register": Operation(
        {201: Success(CREDENTIALS, REGISTERED)},
        Body({"username": "hp1", "email": "rit@gmail.com", "password": "password123@"}),
        invalid=TAKEN_NAME,
        may_be_busy=True,
    ),
    "login": Operation(
        {200: Success(CREDENTIALS, LOGGED_IN)},
        Body(NAME_AND_PASSWORD),
        unauthorized=said_by(InvalidCredentials),
        may_be_busy=True,
    ),
    "logout": Operation(NO_CONTENT),
    "refresh": Operation(
        {200: Success({"access": ACCESS, "refresh": REFRESH}, one(SignedPairSerializer))},
        Body({"refresh": REFRESH}),
        unauthorized=ErrorDetail("The token has expired.", TokenNotValid.default_code),
    ),
}
