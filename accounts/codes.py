"""The codes of second factors: what they follow from, and which of them is right now.

The secret of an app is derived from a salt in its row and the server's key, so that a copy of the database alone gives
nobody a code. A key that has been replaced goes on counting while SECRET_KEY_FALLBACKS names it.
"""

import base64
import secrets
import time
from collections.abc import Iterator
from io import BytesIO

import pyotp
import segno
from django.conf import settings
from django.utils.crypto import salted_hmac

ISSUER = "Marquee"
SECRET_BYTES = 20  # what RFC 4226 recommends, and every app takes
STEP_SECONDS, STEPS_OFF = 30, 1  # how far the clocks of server and app may differ
RECOVERY_BYTES = 10


def new_salt() -> str:
    return secrets.token_hex(32)


def secret_of(salt: str, key: str | bytes | None = None) -> str:
    """What the app is given, in base 32: by the server's key, or by an earlier one."""
    digest = salted_hmac("accounts.codes", salt, secret=key, algorithm="sha256").digest()
    return base64.b32encode(digest[:SECRET_BYTES]).decode()


def uri_of(salt: str, username: str) -> str:
    """What the QR code says: `otpauth://totp/…`."""
    return pyotp.TOTP(secret_of(salt)).provisioning_uri(name=username, issuer_name=ISSUER)


def qr_of(uri: str) -> str:
    """The picture that an app is shown, as SVG."""
    picture = BytesIO()
    segno.make(uri, error="m").save(picture, kind="svg", scale=4, xmldecl=False, light="#fff")
    return picture.getvalue().decode()


def matching_step(salt: str, code: str) -> int | None:
    """The time step, now or one to either side, of which `code` is the code; None where it is of none."""
    now = int(time.time()) // STEP_SECONDS
    steps = range(now - STEPS_OFF, now + STEPS_OFF + 1)
    right = [step for step in steps for totp in totps(salt) if secrets.compare_digest(totp.generate_otp(step), code)]
    return right[0] if right else None


def totps(salt: str) -> Iterator[pyotp.TOTP]:
    for key in (None, *settings.SECRET_KEY_FALLBACKS):
        yield pyotp.TOTP(secret_of(salt, key))


def new_recovery_code() -> str:
    """80 random bits that can be typed: "mzxw-6ytb-oi5d-cnrw"."""
    text = base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def as_typed(code: str) -> str:
    """One form of a code, however it was typed: without blanks and hyphens, in small letters."""
    return "".join(code.split()).replace("-", "").lower()


def is_of_app(code: str) -> bool:
    """Whether it looks like the six digits of an app; else it may be a recovery code."""
    return len(code) == 6 and code.isascii() and code.isdigit()
