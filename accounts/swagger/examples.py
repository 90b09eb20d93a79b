"""What the examples of several operations are made of."""

from rest_framework.exceptions import ErrorDetail

from rest.swagger.operations import Heading
from rest.swagger.shapes import one

ACCOUNTS = Heading("api · accounts", "Registering, logging in and out, your profile, the list of users.")

TAKEN_NAME = {"username": ErrorDetail("A user with that username already exists.", "unique")}
TOKEN = "53b5c7208b5a15a22879655d9eec685661ca1bee95bac901b6a2d436dcdfb6aa"  # noqa: S105
ACCESS = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIn0.…"
REFRESH = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCJ9.…"
HP1 = {"id": 21, "username": "hp1", "email": "rit@gmail.com"}
SECRETS = {"token": TOKEN, "access": ACCESS, "refresh": REFRESH}
CREDENTIALS = {"user": HP1, **SECRETS}
NAME_AND_PASSWORD = {"username": "hp1", "password": "password123@"}
PROFILE = {
    **HP1,
    "email_confirmed": False,
    "pending_email": None,
    "is_staff": False,
    "date_joined": "2023-07-17T20:40:38.548140Z",
    "last_login": "2023-07-17T20:40:38.612904Z",
}
REGISTERED, LOGGED_IN = one("registered_serializer_class"), one("logged_in_serializer_class")
