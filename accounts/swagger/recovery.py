"""Confirming an address, and setting a password that was forgotten."""

from rest_framework.exceptions import ErrorDetail

from accounts.serializers import AddressSerializer, SaidSerializer
from rest.swagger.operations import NO_CONTENT, Body, Operation, Success
from rest.swagger.shapes import one

KEY = "0f6b1c5e9ad1a7d24f0c8f6f7c1a0b3d5e2948a6b7c8d9e0f1a2b3c4d5e6f708"
INVALID = {"key": ErrorDetail("Is wrong, used up or expired: ask for a new mail.", "invalid_key")}
RECOVERY = {
    "confirm": Operation(
        {200: Success({"email": "rit@gmail.com"}, one(AddressSerializer))}, Body({"key": KEY}), invalid=INVALID
    ),
    "ask_reset": Operation(
        {
            202: Success(
                {"detail": "If an account has this address, a mail with a link is on its way to it."},
                one(SaidSerializer),
            )
        },
        Body({"email": "rit@gmail.com"}),
    ),
    "reset": Operation(
        NO_CONTENT,
        Body({"key": KEY, "new_password": "correct horse battery"}),
        invalid=INVALID,
        may_be_busy=True,
    ),
}
