"""Who logs in: by username or e-mail address, over the API as in the admin."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.models import User


class NameOrAddressBackend(ModelBackend):
    """Takes an e-mail address for a username, and as long for an account that there is not as for one that there is."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        if username is None or password is None:
            return None
        user = User.objects.identified_by(username) or User()  # nothing is the password of an empty account
        return user if user.check_password(password) and self.user_can_authenticate(user) else None
