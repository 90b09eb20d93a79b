"""Token authentication, as DRF has it, on Marquee's logins."""

import hashlib

from rest_framework import authentication, exceptions

from accounts.models import Session, User


class LoginAuthentication(authentication.TokenAuthentication):
    def authenticate_credentials(self, key: str) -> tuple[User, Session]:
        digest = hashlib.sha256(key.encode()).hexdigest()
        session = Session.objects.select_related("user").filter(token_digest=digest).first()
        if session is None or not session.is_alive:
            raise exceptions.AuthenticationFailed
        return session.user, session
