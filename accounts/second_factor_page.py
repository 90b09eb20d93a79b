"""The admin's page on which staff turns on a second factor, and what a login in a browser knows of one."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.safestring import mark_safe
from django.views.generic import View
from rest_framework.exceptions import ValidationError

from accounts import services
from accounts.models import User
from accounts.serializers.fields import MAX_PASSWORD_LENGTH
from accounts.serializers.logins import MAX_CODE
from accounts.services import otp, second_factor
from metrics import throttling

SESSION_KEY = "second_factor"  # in the browser's session: whose login it was that came with a code


def remember_second_factor(request: HttpRequest) -> None:
    request.session[SESSION_KEY] = request.user.pk


def has_rights(request: HttpRequest) -> bool:
    """Whether the rights of staff count in this login in a browser."""
    return not settings.REQUIRE_SECOND_FACTOR_FOR_STAFF or request.session.get(SESSION_KEY) == request.user.pk


class SetupForm(forms.Form):
    current_password = forms.CharField(
        strip=False,
        max_length=MAX_PASSWORD_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = forms.CharField(
        label="Code of the app", max_length=MAX_CODE, widget=forms.TextInput(attrs={"autocomplete": "one-time-code"})
    )


class SecondFactorPage(View):
    """Shows the QR code of an app; with the password and a code of it the factor is on, and the recovery codes come."""

    site: ClassVar[AdminSite | None] = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not (request.user.is_active and request.user.is_staff):
            return redirect("admin:login")
        response = super().dispatch(request, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        return response

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, SetupForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form, user = SetupForm(request.POST), staff_of(request)
        if not form.is_valid() or otp.is_on(user):
            return self.page(request, form)
        try:
            made = self.turned_on(request, user, **form.cleaned_data)
        except ValidationError as error:
            for field, messages in dict(error.detail).items():  # type: ignore[arg-type]  # a dict, as both raise it
                form.add_error(field, [str(message) for message in messages])
        else:
            return self.page(request, form, recovery_codes=made)
        return self.page(request, form)

    def turned_on(self, request: HttpRequest, user: User, current_password: str, code: str) -> list[str]:
        throttling.require("password", request)
        services.confirm_identity(request=request, user=user, login=None, password=current_password)
        made = second_factor.turn_on(request=request, user=user, code=code)
        remember_second_factor(request)
        return made

    def page(self, request: HttpRequest, form: SetupForm, **context: Any) -> HttpResponse:
        """The form, or what there is to say where the factor is on."""
        user = staff_of(request)
        is_on = otp.is_on(user)
        if not is_on:
            setup = second_factor.pending(user=user)
            context |= {"form": form, "secret": setup.secret, "qr": mark_safe(setup.qr)}  # noqa: S308  # our own drawing
        context |= {"title": "Second factor", "is_on": is_on, "has_rights": has_rights(request)}
        context |= {"site_title": "Marquee", "site_header": "Marquee", "is_nav_sidebar_enabled": False}
        return TemplateResponse(request, "admin/second_factor.html", context)


def staff_of(request: HttpRequest) -> User:
    return User.objects.get(pk=request.user.pk or 0)
