"""The admin: what it is called, and how one gets in."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse

from accounts.hashing import hashing_gate
from accounts.login_form import LoginForm
from metrics import throttling


class MarqueeAdminSite(AdminSite):
    """`admin.site`: config.admin_app says so."""

    site_header = site_title = "Marquee"
    index_title = "Everything that is kept"
    login_form = LoginForm

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Raises Busy and Throttled, whose small pages cost little: this one costs as much as many other answers."""
        if request.method == "POST":
            hashing_gate().check()
            throttling.require("login", request)
        return super().login(request, extra_context)
