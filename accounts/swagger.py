"""What the Swagger document says about accounts beyond their views: responses and examples, by action."""

from dataclasses import replace

from rest_framework.exceptions import ErrorDetail

from accounts.serializers import SignedPairSerializer
from rest.exceptions import TokenNotValid
from rest.swagger.operations import NO_CONTENT, Body, Heading, Operation, Success, paged
from rest.swagger.shapes import fields, one

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
    "is_staff": False,
    "date_joined": "2023-07-17T20:40:38.548140Z",
    "last_login": "2023-07-17T20:40:38.612904Z",
}
REGISTERED, LOGGED_IN = one("registered_serializer_class"), one("logged_in_serializer_class")

AUTH = {
    "register": Operation(
        {201: Success(CREDENTIALS, REGISTERED)},
        Body({"username": "hp1", "email": "rit@gmail.com", "password": "password123@"}),
        invalid=TAKEN_NAME,
    ),
    "login": Operation(
        {200: Success(CREDENTIALS, LOGGED_IN)},
        Body(NAME_AND_PASSWORD),
        unauthorized=ErrorDetail("Unable to log in with the provided credentials.", "invalid_credentials"),
    ),
    "logout": Operation(NO_CONTENT),
    "refresh": Operation(
        {200: Success({"access": ACCESS, "refresh": REFRESH}, one(SignedPairSerializer))},
        Body({"refresh": REFRESH}),
        unauthorized=ErrorDetail("The token has expired.", TokenNotValid.default_code),
    ),
}
USERS = {
    "list": paged([{"id": 21, "username": "hp1"}]),
    "me": Operation({200: Success(PROFILE)}),
    "update_me": Operation(
        {200: Success({**PROFILE, "email": "hp1@example.com"})}, Body({"email": "hp1@example.com"}), invalid=TAKEN_NAME
    ),
    "delete_me": Operation(NO_CONTENT),
    "password": Operation(
        NO_CONTENT,
        Body({"current_password": "password123@", "new_password": "correct horse battery"}),
        invalid={"current_password": ErrorDetail("Is not your current password.", "wrong_password")},
    ),
}

# --- Dialects: community, whose registration and login are those of collector as well, and classic ---

SECRETS_TWICE = {**SECRETS, "access_token": ACCESS, "refresh_token": REFRESH}
COMMUNITY_REGISTERED = {"message": "User registered successfully.", "user": {**HP1, "email": ""}, **SECRETS_TWICE}
COMMUNITY_LOGGED_IN = {"message": "Logged in successfully.", "user": HP1, **SECRETS_TWICE}
COMMUNITY_AUTH = {
    **AUTH,
    "register": replace(
        AUTH["register"],
        responses={201: Success(COMMUNITY_REGISTERED, REGISTERED)},
        body=Body(NAME_AND_PASSWORD),
        notes="The e-mail address is optional; `password2` or `password_two` must match where one is sent.",
        also_in=("collector",),
    ),
    "login": replace(
        AUTH["login"],
        responses={200: Success(COMMUNITY_LOGGED_IN, LOGGED_IN)},
        also_in=("collector",),
    ),
    "logout": Operation({200: Success({"message": "Logged out successfully."}, fields(message="string"))}),
    "refresh": replace(AUTH["refresh"], also_in=("collector",)),
}
ADITYA = {"username": "Aditya", "password": "password123@"}
CLASSIC_REGISTERED = {
    "msg": "Register Succesfully",
    "userdetails": {"email": "adi@xyz.com", "username": "Aditya", "is_active": False},
    "token": TOKEN,
}
CLASSIC_AUTH = {
    **AUTH,
    "register": replace(
        AUTH["register"],
        responses={201: Success(CLASSIC_REGISTERED, REGISTERED)},
        body=Body({**ADITYA, "password2": "password123@", "email": "adi@xyz.com"}),
        notes="`is_active` says whether the e-mail address has been confirmed.",
    ),
    "login": replace(AUTH["login"], responses={200: Success({"token": TOKEN}, LOGGED_IN)}, body=Body(ADITYA)),
    "logout": Operation({200: Success({"msg": "logged out!"}, fields(msg="string"))}),
}
