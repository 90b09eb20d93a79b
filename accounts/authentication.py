"""Every credential, behind either word: `Authorization: Token …` and `Authorization: Bearer …`."""

from typing import Any

from django.conf import settings
from rest_framework.authentication import TokenAuthentication
from rest_framework.request import Request

from accounts import callers, scopes, uses
from accounts.models import PersonalToken, Session, User, is_personal_token, is_well_typed
from accounts.tokens import read_access_token
from rest.current import CURRENT
from rest.exceptions import CHALLENGE, InsufficientScope, TokenNotValid, scheme_of


class AuthenticatedRequest(Request):
    """The request of a caller with a credential, for annotations: REST framework makes plain Requests.

    A handler may ask for it where a permission lets nobody else in.
    """

    user: User
    auth: Session | PersonalToken


class LoginRequest(AuthenticatedRequest):
    """The same where no personal access token is let in: below `scopes.LOGIN_ONLY`."""

    auth: Session


class CredentialAuthentication(TokenAuthentication):
    """Sets `request.user`, and `request.auth` to the login or the personal access token.

    Raises TokenNotValid unless it is alive, and InsufficientScope where a token's scopes do not reach. A header with
    another scheme is no credential of ours: its caller is anonymous.
    """

    def authenticate(self, request: Request) -> tuple[User, Session | PersonalToken] | None:
        if scheme_of(request) is None:
            return None
        header = request.META["HTTP_AUTHORIZATION"]
        words = header.split()
        if len(words) != 2 or not header.isascii():
            raise TokenNotValid("The Authorization header is not a scheme and one token.")
        if is_personal_token(words[1]):
            return by_personal_token(request, words[1])
        session = find_session(words[1])
        if not session.is_alive:
            raise TokenNotValid("The login has ended.")
        uses.note(session)
        return caller_of(session), session

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE

    def refusal_of(self, view: Any, method: str) -> InsufficientScope | None:
        """For the Swagger document: with what a live credential that may not do this is refused, if one can be."""
        area = scopes.area_of_action(type(view), view.action)
        return scopes.refusal(scopes.missing_in(area, method, ()))


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


def by_personal_token(request: Request, text: str) -> tuple[User, PersonalToken]:
    """The owner and the token. What the token may do is decided here and nowhere else, for both ways of a request."""
    if not is_well_typed(text):
        raise TokenNotValid("The token is mistyped: its checksum is wrong.")
    token = callers.personal_token(text)
    if token is None or not token.is_alive:
        raise TokenNotValid("The token is not valid." if token is None else "The token has expired or been ended.")
    if refusal := scopes.refusal(missing_scope(request, token.scopes)):
        raise refusal
    uses.note(token)
    return caller_of(token), token


def missing_scope(request: Request, held: list[str]) -> str | None:
    """The scope that the request needs beyond these. What authenticates without a view has to look for it."""
    view = request.parser_context.get("view")
    if view is None:
        return scopes.missing_scope(request._request, held)
    return scopes.missing_in(scopes.area_of_action(type(view), view.action), request.method, held)


def caller_of(credential: Session | PersonalToken) -> User:
    """The user of the credential, who is no staff where staff needs a second factor and this came without one.

    What is not in memory is not written: services write the columns that they change.
    """
    user: User = credential.user
    CURRENT.user_id = user.pk
    if settings.REQUIRE_SECOND_FACTOR_FOR_STAFF and not credential.second_factor:
        user.is_staff = user.is_superuser = False
    return user
