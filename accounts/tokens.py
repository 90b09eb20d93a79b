"""The signed half of a login's credentials. simplejwt signs and verifies; the session row decides."""

from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import Session

SESSION_CLAIM = "sid"
GENERATION_CLAIM = "gen"


def access_token(session: Session) -> str:
    token = AccessToken.for_user(session.user)
    token[SESSION_CLAIM] = session.pk
    return str(token)


def refresh_token(session: Session, generation: int) -> str:
    token = RefreshToken.for_user(session.user)
    token[SESSION_CLAIM] = session.pk
    token[GENERATION_CLAIM] = generation
    return str(token)


def read_access_token(text: str) -> int | None:
    """The session's id in a valid access token; None for a forged, expired or foreign one."""
    try:
        claims = AccessToken(text)  # type: ignore[arg-type]  # simplejwt takes text, and says that it takes a Token
    except TokenError:
        return None
    session_id: int | None = claims.get(SESSION_CLAIM)
    return session_id


def read_refresh_token(text: str) -> tuple[int, int] | None:
    """The session's id and the generation in a valid refresh token; None for a forged, expired or foreign one."""
    try:
        claims = RefreshToken(text)  # type: ignore[arg-type]  # simplejwt takes text, and says that it takes a Token
        return claims[SESSION_CLAIM], claims[GENERATION_CLAIM]
    except (TokenError, KeyError):
        return None
