"""The admin: what it is called, and how one gets in."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path

from accounts.hashing import hashing_gate
from accounts.login_form import LoginForm
from accounts.second_factor_page import SecondFactorPage, has_rights, remember_second_factor
from config.installation_page import InstallationPage
from metrics import throttling


class MarqueeAdminSite(AdminSite):
    """`admin.site`: config.admin_app says so."""

    site_header = site_title = "Marquee"
    index_title = "Everything that is kept"
    login_form = LoginForm
    login_template = "admin/login_with_code.html"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [
            path("second-factor/", SecondFactorPage.as_view(site=self), name="second_factor"),
            path("installation/", self.admin_view(InstallationPage.as_view(site=self)), name="installation"),
            *super().get_urls(),
        ]

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff, where staff needs a second factor in a login that was opened with one."""
        return super().has_permission(request) and has_rights(request)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Raises Busy and Throttled, whose small pages cost little: this one costs as much as many other answers."""
        if request.method == "GET" and super().has_permission(request) and not has_rights(request):
            return redirect("admin:second_factor")
        if request.method == "POST":
            hashing_gate().check()
            throttling.require("login", request)
        response = super().login(request, extra_context)
        if getattr(request.user, "passed_second_factor", False):
            remember_second_factor(request)
        return response

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Whoever finds a browser logged in must not guess the password here. Raises Throttled."""
        if request.method == "POST":
            throttling.require("password", request)
        return super().password_change(request, extra_context)
