"""The pages. Following a link changes nothing, since mail scanners follow them, too: a button does."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views import View
from rest_framework.exceptions import ValidationError

from accounts import services
from accounts.models import Purpose
from accounts.pages.forms import AskResetForm, ResetForm
from metrics import throttling


class Page(View):
    """A page that nobody keeps, and whose address, which may hold a key, is told to no other server.

    What its form does is limited as its twin in the API is, by the same count.
    """

    throttle_scope: ClassVar[str]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            throttling.require(self.throttle_scope, request)
        response = super().dispatch(request, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        # Not "no-referrer": with that, browsers send no origin with the form, and it would be refused as foreign.
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    def show(self, template: str, status: int = 200, **shown: Any) -> HttpResponse:
        return render(self.request, f"accounts/{template}.html", shown, status=status)

    def dead_link(self) -> HttpResponse:
        return self.show("dead_link", status=400, is_reset=isinstance(self, ResetPage))


class ConfirmPage(Page):
    throttle_scope = "key"

    def get(self, request: HttpRequest) -> HttpResponse:
        key = request.GET.get("key", "")
        row = services.key_to_confirm(key)
        if row is None:
            return self.dead_link()
        return self.show("confirm", key=key, address=row.address, is_change=row.purpose == Purpose.CHANGE)

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            user = services.confirm_address(request=request, key=request.POST.get("key", ""))
        except ValidationError as error:
            if "key" in error.detail:
                return self.dead_link()
            return self.show("taken", status=400)
        return self.show("confirmed", address=user.email)


class AskResetPage(Page):
    throttle_scope = "recovery"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show("ask_reset", form=AskResetForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AskResetForm(request.POST)
        if not form.is_valid():
            return self.show("ask_reset", status=400, form=form)
        services.ask_reset(request=request, email=form.cleaned_data["email"])
        return self.show("reset_asked", status=202)


class ResetPage(Page):
    throttle_scope = "key"

    def get(self, request: HttpRequest) -> HttpResponse:
        key = request.GET.get("key", "")
        if services.owner_of_reset_key(key) is None:
            return self.dead_link()
        return self.show("reset", form=ResetForm(initial={"key": key}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ResetForm(request.POST)
        if not form.is_valid():
            if "key" in form.errors:
                return self.dead_link()
            return self.show("reset", status=400, form=form)
        key, new_password = form.cleaned_data["key"], form.cleaned_data["new_password"]
        try:
            services.reset_password(request=request, key=key, new_password=new_password)
        except ValidationError:  # somebody has just used the key
            return self.dead_link()
        return self.show("reset_done")
