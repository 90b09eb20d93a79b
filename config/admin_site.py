"""The admin: what it is called, and how one gets in."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from accounts.login_form import LoginForm
from metrics import throttling
from rest.errors import set_retry_after


class MarqueeAdminSite(AdminSite):
    """`admin.site`: config.admin_app says so."""

    site_header = site_title = "Marquee"
    index_title = "Everything that is kept"
    login_form = LoginForm

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """A login that is refused before the password is looked at is the form again, as a 429 or a 503."""
        if request.method == "POST":
            throttling.take("login", request, AnonymousUser())
        response = super().login(request, extra_context)
        form = (getattr(response, "context_data", None) or {}).get("form")
        if refusal := getattr(form, "refusal", None):
            response.status_code = refusal.status_code
            set_retry_after(response, refusal)
        return response
