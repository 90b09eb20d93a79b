"""Who logs in: by username or e-mail address, over the API as in the admin. And what staff may do: accounts.roles."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts import roles
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

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """None for whoever is not staff, without a look into the database."""
        return super().get_all_permissions(user_obj, obj) if user_obj.is_staff else set()

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Those of the groups. Staff in no group, and with no permission of its own, has what all staff have."""
        found = super().get_group_permissions(user_obj, obj)
        is_narrowed = found or obj is not None or not user_obj.is_active or not user_obj.is_staff
        if is_narrowed or self.get_user_permissions(user_obj) or user_obj.groups.exists():
            return found
        return roles.STAFF
