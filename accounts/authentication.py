"""Both credentials of a login: `Authorization: Token <token>` and `Authorization: Bearer <access>`."""

from rest_framework.authentication import TokenAuthentication as HeaderAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import callers
from accounts.models import Session, User
from accounts.tokens import read_access_token


class AuthenticatedRequest(Request):
    """The request of a logged-in caller, for annotations: REST framework makes plain Requests.

    A handler may ask for it where a permission lets nobody else in.
    """

    user: User
    auth: Session


class SessionAuthentication(HeaderAuthentication):
    """Sets `request.user`, and `request.auth` to the session. Answers 401 unless the session is alive."""

    def find_session(self, credential: str) -> Session | None:
        """The login that `credential` belongs to, alive or not; None where there is none."""
        raise NotImplementedError

    def authenticate_credentials(self, key: str) -> tuple[User, Session]:
        session = self.find_session(key)
        if session is None or not session.is_alive:
            raise AuthenticationFailed("Invalid or expired credential.")
        Session.objects.touch(session)
        return session.user, session


class TokenAuthentication(SessionAuthentication):
    keyword = "Token"

    def find_session(self, credential: str) -> Session | None:
        return callers.session_by_token(credential)


class BearerAuthentication(SessionAuthentication):
    keyword = "Bearer"

    def find_session(self, credential: str) -> Session | None:
        session_id = read_access_token(credential)
        return None if session_id is None else callers.session_by_id(session_id)
