"""The signed half of a login's credentials. simplejwt signs and verifies; the session row decides."""

import hmac
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode

import orjson
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.state import token_backend
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from accounts.models import Session
from rest.exceptions import TokenNotValid

SESSION_CLAIM = "sid"
GENERATION_CLAIM = "gen"
# How every access token begins that is signed here, and what it says. One with anything else is left to simplejwt.
USUAL_HEADER = urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode()
USUAL_CLAIMS = {"token_type", "exp", "jti", "user_id", SESSION_CLAIM}


def access_token(session: Session) -> str:
    token = AccessToken.for_user(session.user)
    token[SESSION_CLAIM] = session.pk
    return signed(token)


def refresh_token(session: Session, generation: int) -> str:
    token = RefreshToken.for_user(session.user)
    token[SESSION_CLAIM] = session.pk
    token[GENERATION_CLAIM] = generation
    return signed(token)


def signed(token: Token) -> str:
    """The token without the time when it was made: where a clock is set back, that lies ahead, and it would be refused.

    The session's row says when the login began. When the token ends stays in it.
    """
    token.payload.pop("iat")
    return str(token)


def read_access_token(text: str) -> int:
    """The session's id in an access token. Raises TokenNotValid."""
    session_id = read_usual_token(text)
    return claims_of(text, AccessToken, SESSION_CLAIM)[0] if session_id is None else session_id


def read_usual_token(text: str) -> int | None:
    """The session's id in an access token as they are signed here, in a tenth of the time that simplejwt takes.

    None where simplejwt has to decide. It refuses nothing that is taken here: the signature is compared first, and what
    it covers was written by this server.
    """
    said, _, signature = text.rpartition(".")
    header, _, payload = said.partition(".")
    if header != USUAL_HEADER or token_backend.algorithm != "HS256":
        return None
    digest = hmac.digest(token_backend.prepared_signing_key, said.encode(), "sha256")
    if not hmac.compare_digest(urlsafe_b64encode(digest).rstrip(b"="), signature.encode()):
        return None
    claims = orjson.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    is_usual = claims.keys() == USUAL_CLAIMS and claims["token_type"] == AccessToken.token_type
    return claims[SESSION_CLAIM] if is_usual and claims["exp"] > time.time() else None


def read_refresh_token(text: str) -> tuple[int, int]:
    """The session's id and the generation in a refresh token. Raises TokenNotValid."""
    session_id, generation = claims_of(text, RefreshToken, SESSION_CLAIM, GENERATION_CLAIM)
    return session_id, generation


def claims_of(text: str, kind: type[Token], *names: str) -> list[int]:
    """These claims of a token that was signed here as one of that kind. An expired one is told from a wrong one."""
    try:
        token = kind(text)  # type: ignore[arg-type]  # simplejwt takes text, and says that it takes a Token
        return [token[name] for name in names]
    except ExpiredTokenError as error:
        raise TokenNotValid("The token has expired.") from error
    except (TokenError, KeyError) as error:
        raise TokenNotValid("The token is not valid.") from error
