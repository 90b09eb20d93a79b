"""The admin's login form: the same door as everybody's."""

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import UsernameField

from accounts import services
from accounts.exceptions import InvalidCredentials
from accounts.models import User
from accounts.serializers.fields import MAX_PASSWORD_LENGTH

LONGEST_NAME = User._meta.get_field("email").max_length


class LoginForm(AdminAuthenticationForm):
    """Takes an e-mail address for a username. Raises Busy and Throttled where it looks at no password."""

    username = UsernameField(
        label="Username or e-mail address", max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"autofocus": True})
    )
    password = forms.CharField(
        strip=False,
        max_length=MAX_PASSWORD_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs["maxlength"] = LONGEST_NAME  # where Django puts that of usernames

    def clean(self) -> dict[str, Any]:
        if {"username", "password"} <= self.cleaned_data.keys():
            self.user_cache = self.authenticated()
            self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data

    def authenticated(self) -> User:
        credentials = {name: self.cleaned_data[name] for name in ("username", "password")}
        if self.request is None:
            raise TypeError("LoginForm needs the request: who logs in is limited by where they come from.")
        try:
            return services.authenticate_caller(request=self.request, **credentials)
        except InvalidCredentials:
            raise self.get_invalid_login_error() from None
