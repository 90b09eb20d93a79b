"""Registering, logging in and out, and one's own account."""

from dataclasses import replace

from accounts.serializers import PasswordChangeSerializer, ProfileSerializer, SignedPairSerializer
from config.swagger.shapes import Described, Reply, fields, one, page

TAKEN_NAME = {"username": "A user with that username already exists."}
WRONG_LOGIN = "Unable to log in with the provided credentials."
SPENT_REFRESH = "The refresh token has already been used."

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
    "last_login": None,
}

KEEP_THEM = "The credentials are shown once. Any of them works on every endpoint of every dialect."
REGISTER = Described(
    summary="Register a new user",
    description="Creates an account and logs it in. The password is checked for strength; a username or e-mail "
    f"address that is taken, compared without case, is refused. {KEEP_THEM}",
    takes="view",
    example={"username": "hp1", "email": "rit@gmail.com", "password": "password123@"},
    replies={201: Reply(one("registered_serializer_class"), CREDENTIALS)},
    bad=TAKEN_NAME,
)
LOGIN = Described(
    summary="Log in",
    description=f"Opens a new login session with credentials of its own; other sessions live on. {KEEP_THEM}",
    takes="view",
    example=NAME_AND_PASSWORD,
    replies={200: Reply(one("logged_in_serializer_class"), CREDENTIALS)},
    unauthorized=WRONG_LOGIN,
)
LOGOUT = Described(
    summary="Log out",
    description="Ends the login session of the credential that is sent: its token, its access and its refresh token "
    "are dead from then on. The user's other sessions live on.",
    replies={204: Reply()},
)
NO_EMAIL_NEEDED = "The e-mail address is optional; `password2` or `password_two` must match where one is sent."

OPERATIONS = {
    "auth_register": REGISTER,
    "auth_login": LOGIN,
    "auth_logout": LOGOUT,
    "auth_refresh": Described(
        summary="Renew the access token",
        description="Spends a refresh token for a new access and a new refresh token. The one that was sent is dead "
        "from then on; of two requests with the same one only the first succeeds.",
        takes="view",
        example={"refresh": REFRESH},
        replies={200: Reply(one(SignedPairSerializer), {"access": ACCESS, "refresh": REFRESH})},
        unauthorized=SPENT_REFRESH,
    ),
    # --- community and collector: a message in each reply ---
    "community_auth_register": replace(
        REGISTER,
        description=f"{REGISTER.description} {NO_EMAIL_NEEDED}",
        example=NAME_AND_PASSWORD,
        replies={
            201: Reply(
                one("registered_serializer_class"),
                {"message": "User registered successfully.", "user": {**HP1, "email": ""}, **SECRETS},
            )
        },
    ),
    "community_auth_login": replace(
        LOGIN,
        replies={200: Reply(one("logged_in_serializer_class"), {"message": "Logged in successfully.", **CREDENTIALS})},
    ),
    "community_auth_logout": replace(
        LOGOUT, replies={200: Reply(fields(message="string"), {"message": "Logged out successfully."})}
    ),
    # --- classic ---
    "classic_auth_register": replace(
        REGISTER,
        description=f"{REGISTER.description} `is_active` says whether the e-mail address has been confirmed.",
        example={
            "username": "Aditya",
            "password": "password123@",
            "password2": "password123@",
            "email": "adi@xyz.com",
        },
        replies={
            201: Reply(
                one("registered_serializer_class"),
                {
                    "msg": "Register Succesfully",
                    "userdetails": {"email": "adi@xyz.com", "username": "Aditya", "is_active": False},
                    "token": TOKEN,
                },
            )
        },
    ),
    "classic_auth_login": replace(
        LOGIN,
        example={"username": "Aditya", "password": "password123@"},
        replies={200: Reply(one("logged_in_serializer_class"), {"token": TOKEN})},
    ),
    "classic_auth_logout": replace(LOGOUT, replies={200: Reply(fields(msg="string"), {"msg": "logged out!"})}),
    # --- users ---
    "user_list": Described(
        summary="List the users",
        description="Staff see each user's `email` as well.",
        is_paged=True,
        replies={
            200: Reply(
                page(),
                {"count": 1, "next": None, "previous": None, "results": [{"id": 21, "username": "hp1"}]},
                has_link=True,
            )
        },
    ),
    "user_me": Described(summary="Your account", replies={200: Reply(one(ProfileSerializer), PROFILE)}),
    "user_update_me": Described(
        summary="Change your username or e-mail address",
        description="What is not sent stays as it is. A new e-mail address is unconfirmed.",
        takes="view",
        example={"email": "hp1@example.com"},
        keeps_what_is_not_sent=True,
        replies={200: Reply(one(ProfileSerializer), {**PROFILE, "email": "hp1@example.com"})},
        bad=TAKEN_NAME,
    ),
    "user_delete_me": Described(
        summary="Delete your account",
        description="Removes your account with your ratings, likes, favourites, comments and collections. The movies "
        "that you added stay, without your name.",
        replies={204: Reply()},
    ),
    "user_password": Described(
        summary="Change your password",
        description="Ends all your login sessions, this one included.",
        takes=PasswordChangeSerializer,
        example={"current_password": "password123@", "new_password": "correct horse battery"},
        replies={204: Reply()},
        bad={"current_password": "Is not your current password."},
    ),
}
