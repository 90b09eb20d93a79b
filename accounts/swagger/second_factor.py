"""The second factor."""

from accounts.serializers import (
    CodeSerializer,
    ConfirmationSerializer,
    PasswordAndCodeSerializer,
    RecoveryCodesSerializer,
    SecondFactorSerializer,
    SetupSerializer,
)
from rest.swagger.operations import NO_CONTENT, Body, Operation, Success
from rest.swagger.shapes import one

OFF = {"is_on": False, "turned_on_at": None, "recovery_codes_left": 0, "is_required": False}
SETUP = {
    "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "uri": "otpauth://totp/Marquee:hp1?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Marquee",
    "qr": '<svg xmlns="http://www.w3.org/2000/svg" …></svg>',
}
CODES = {"recovery_codes": ["mzxw-6ytb-oi5d-cnrw", "gezd-gnbv-gy3t-qojq"]}
PASSWORD_AND_CODE = {"current_password": "password123@", "code": "492039"}
SECOND_FACTOR = {
    "state": Operation({200: Success(OFF, one(SecondFactorSerializer))}),
    "begin": Operation(
        {200: Success(SETUP, one(SetupSerializer))},
        Body({"current_password": "password123@"}, ConfirmationSerializer),
        may_be_busy=True,
    ),
    "confirm": Operation({200: Success(CODES, one(RecoveryCodesSerializer))}, Body({"code": "492039"}, CodeSerializer)),
    "turn_off": Operation(NO_CONTENT, Body(PASSWORD_AND_CODE, PasswordAndCodeSerializer), may_be_busy=True),
    "recovery_codes": Operation(
        {200: Success(CODES, one(RecoveryCodesSerializer))},
        Body(PASSWORD_AND_CODE, PasswordAndCodeSerializer),
        may_be_busy=True,
    ),
}
