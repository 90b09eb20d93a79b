"""Both credentials of a login, behind either word: `Authorization: Token …` and `Authorization: Bearer …`."""

from rest_framework.authentication import TokenAuthentication
from rest_framework.request import Request

from accounts import callers
from accounts.models import Session, User
from accounts.tokens import read_access_token
from rest.exceptions import CHALLENGE, TokenNotValid, scheme_of


class AuthenticatedRequest(Request):
    """The request of a logged-in caller, for annotations: REST framework makes plain Requests.

    A handler may ask for it where a permission lets nobody else in.
    """

    user: User
    auth: Session


class LoginRequest(AuthenticatedRequest):
    """The same where no personal access token is let in."""

    auth: Session


class CredentialAuthentication(TokenAuthentication):
    """Sets `request.user`, and `request.auth` to the login. Raises TokenNotValid unless the login is alive.

    A header with another scheme is no credential of ours: its caller is anonymous.
    """

    def authenticate(self, request: Request) -> tuple[User, Session] | None:
        if scheme_of(request) is None:
            return None
        header = request.META["HTTP_AUTHORIZATION"]
        words = header.split()
        if len(words) != 2 or not header.isascii():
            raise TokenNotValid("The Authorization header is not a scheme and one token.")
        session = find_session(words[1])
        if not session.is_alive:
            raise TokenNotValid("The login has ended.")
        Session.objects.touch(session)
        return session.user, session

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


def find_session(credential: str) -> Session:
    """The login that `credential` belongs to, alive or not. Raises TokenNotValid where there is none."""
    is_signed = "." in credential  # opaque tokens are hexadecimal
    if is_signed:
        session = callers.session_by_id(read_access_token(credential))
    else:
        session = callers.session_by_token(credential)
    if session is None:
        raise TokenNotValid("The login has ended." if is_signed else "The token is not valid.")
    return session
