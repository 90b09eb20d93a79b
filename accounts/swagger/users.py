"""The users, and one's own account."""

from rest_framework.exceptions import ErrorDetail

from accounts.serializers import AddressSerializer, ProfileSerializer
from accounts.swagger.examples import PROFILE, TAKEN_NAME
from rest.swagger.operations import NO_CONTENT, Body, Operation, Success, paged
from rest.swagger.shapes import one

USERS = {
    "list": paged([{"id": 21, "username": "hp1"}]),
    "me": Operation({200: Success(PROFILE)}),
    "update_me": Operation(
        {200: Success({**PROFILE, "email": "hp1@example.com"}, one(ProfileSerializer))},
        Body({"email": "hp1@example.com"}),
        invalid=TAKEN_NAME,
        may_be_busy=True,
    ),
    "delete_me": Operation(
        NO_CONTENT,
        Body({"current_password": "password123@"}),
        invalid={"current_password": ErrorDetail("Is required, because you logged in a while ago.", "required")},
        may_be_busy=True,
    ),
    "confirmation": Operation(
        {202: Success({"email": "rit@gmail.com"}, one(AddressSerializer))},
        invalid={"email": ErrorDetail("There is no address to confirm.", "nothing_to_confirm")},
    ),
    "export": Operation({200: Success(shape=None, media_type="application/zip", description="The file")}),
    "password": Operation(
        NO_CONTENT,
        Body({"current_password": "password123@", "new_password": "correct horse battery"}),
        invalid={"current_password": ErrorDetail("Is not your current password.", "wrong_password")},
        may_be_busy=True,
    ),
}
