"""Dialects: community, whose registration and login are those of collector as well, and classic."""

from dataclasses import replace

from accounts.swagger.auth import AUTH
from accounts.swagger.examples import ACCESS, HP1, LOGGED_IN, NAME_AND_PASSWORD, REFRESH, REGISTERED, SECRETS, TOKEN
from rest.swagger.operations import Body, Operation, Success
from rest.swagger.shapes import fields

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
