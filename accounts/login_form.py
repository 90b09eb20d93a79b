"""The admin's login form: the same door as everybody's."""

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import UsernameField
from django.core.exceptions import ValidationError

from accounts import services
from accounts.exceptions import InvalidCredentials, SecondFactorRequired
from accounts.models import User
from accounts.serializers.fields import MAX_PASSWORD_LENGTH
from accounts.serializers.logins import MAX_CODE

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
    otp = forms.CharField(
        label="Code of your app, or recovery code",
        required=False,
        max_length=MAX_CODE,
        help_text="Only where your account has a second factor.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
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
        credentials = {name: self.cleaned_data.get(name, "") for name in ("username", "password", "otp")}
        if self.request is None:
            raise TypeError("LoginForm needs the request: who logs in is limited by where they come from.")
        try:
            return services.authenticate_caller(request=self.request, **credentials)
        except InvalidCredentials:
            raise self.get_invalid_login_error() from None
        except SecondFactorRequired as error:
            raise ValidationError(error.default_detail, code=error.default_code) from None
