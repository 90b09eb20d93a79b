"""Both credentials of a login: `Authorization: Token <token>` and `Authorization: Bearer <access>`."""

from rest_framework.authentication import TokenAuthentication as HeaderAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts import callers
from accounts.models import Session, User
from accounts.tokens import read_access_token


class SessionAuthentication(HeaderAuthentication):
    """`request.user` and `request.auth` (the session) from a header; 401 unless the session is alive."""

    def find_session(self, credential: str) -> Session | None:
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
        return callers.holder_of(credential)


class BearerAuthentication(SessionAuthentication):
    keyword = "Bearer"

    def find_session(self, credential: str) -> Session | None:
        session_id = read_access_token(credential)
        return session_id and callers.login(session_id)
