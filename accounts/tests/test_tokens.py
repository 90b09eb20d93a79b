"""An access token is read at once where that is safe. simplejwt decides about every other one, and about the same."""

import json
from base64 import urlsafe_b64encode

import jwt
import pytest
from django.conf import settings
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from accounts import tokens
from accounts.models import Session
from rest.exceptions import TokenNotValid

pytestmark = pytest.mark.django_db

FAR = 4_102_444_800
CLAIMS = {"token_type": "access", "exp": FAR, "jti": "0" * 32, "user_id": "1", "sid": 7}
KEY = settings.SECRET_KEY


def signed(key=KEY, algorithm="HS256", headers=None, **changes):
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    return jwt.encode(claims, key, algorithm=algorithm, headers=headers)


def unsigned(algorithm):
    def part(data):
        return urlsafe_b64encode(json.dumps(data, separators=(",", ":")).encode()).decode().rstrip("=")

    return f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(CLAIMS)}."


def test_a_token_of_ours_is_read_at_once(alice):
    session = Session.objects.get()
    assert tokens.read_usual_token(tokens.access_token(session)) == session.pk
    assert tokens.read_usual_token(signed()) == 7


UNUSUAL = {
    "another key": signed(key="x" * 64),
    "another algorithm": signed(algorithm="HS512"),
    "another header": signed(headers={"kid": "1"}),
    "no signature": unsigned("none"),
    "an empty signature": unsigned("HS256"),
    "a signature cut off": signed()[:-1],
    "another payload": signed().replace(".", ".e", 1),
    "a refresh token": signed(token_type="refresh", gen=1),
    "a refresh token without its generation": signed(token_type="refresh"),
    "no type": signed(token_type=None),
    "no session": signed(sid=None),
    "no id": signed(jti=None),
    "expired": signed(exp=1_000_000_000),
    "no end": signed(exp=None),
    "a time when it was made": signed(iat=1_000_000_000),
    "not yet": signed(nbf=FAR),
    "an audience": signed(aud="others"),
    "nothing": "",
    "a dot": ".",
    "dots": "..",
    "four parts": f"{signed()}.{signed()}",
}


@pytest.mark.parametrize("text", UNUSUAL.values(), ids=UNUSUAL)
def test_what_is_unusual_is_left_to_simplejwt(text):
    assert tokens.read_usual_token(text) is None
    try:
        expected = AccessToken(text)["sid"]
    except (TokenError, KeyError):
        with pytest.raises(TokenNotValid):
            tokens.read_access_token(text)
    else:
        assert tokens.read_access_token(text) == expected


def test_with_keys_of_another_kind_nothing_is_read_at_once(monkeypatch):
    """Else a public key could be taken for a secret."""
    monkeypatch.setattr(tokens.token_backend, "algorithm", "RS256")
    assert tokens.read_usual_token(signed()) is None
