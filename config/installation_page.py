"""The admin's page of the installation: what the doctor finds, the backups that are kept, and a button for another."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.generic import View

from accounts import events
from config.doctor import process
from metrics.models import Backup

VIEW, ADD = "metrics.view_backup", "metrics.add_backup"
SHOWN = 50
BEGUN_WITHIN = timedelta(minutes=1)  # where a worker is alive
ICONS = {"ok": "icon-yes", "warning": "icon-alert", "wrong": "icon-no", "unknown": "icon-unknown"}


class InstallationPage(View):
    """A backup holds everything, so that none is handed out here: the page says where the files are."""

    site: ClassVar[AdminSite | None] = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(VIEW):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # AdminSite.admin_view has it never cached

    def get(self, request: HttpRequest) -> HttpResponse:
        assert self.site is not None
        context = {
            **self.site.each_context(request),
            "title": "State of the installation",
            **examination(),
            **backups(),
            "may_ask": request.user.has_perm(ADD),
        }
        return TemplateResponse(request, "admin/installation.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Asks the worker for a backup: it may be on another host."""
        user: Any = request.user
        if not user.has_perm(ADD):
            raise PermissionDenied
        if Backup.objects.ask(by=user):
            asked = Backup.objects.in_state(Backup.State.ASKED).get()
            LogEntry.objects.create(
                user=user, content_type=ContentType.objects.get_for_model(Backup), object_id=str(asked.pk),
                object_repr=f"backup {asked.pk}", action_flag=ADDITION, change_message="Asked for a backup.",
            )  # fmt: skip
            events.record("backup_asked_for", user=user, request=request)
            messages.success(request, "A backup is asked for. The worker begins within seconds; this page says when.")
        else:
            messages.warning(request, "A backup is asked for already.")
        return redirect("admin:installation")


def examination() -> dict[str, Any]:
    try:
        checks = process.examined()
    except process.NoAnswer as error:
        return {"checks": [], "no_answer": str(error)}
    return {"checks": [{**check, "icon": f"admin/img/{ICONS[check['verdict']]}.svg"} for check in checks]}


def backups() -> dict[str, Any]:
    kept = list(Backup.objects.kept()[:SHOWN])
    asked = Backup.objects.in_state(Backup.State.ASKED).first()
    failed = Backup.objects.in_state(Backup.State.FAILED).first()
    if failed and kept and kept[0].ended_at and failed.ended_at and failed.ended_at < kept[0].ended_at:
        failed = None
    return {
        "kept": kept,
        "last": kept[0] if kept else None,
        "last_rows": sum(kept[0].counts.values()) if kept else 0,
        "asked": asked,
        "nobody_begins": asked is not None and timezone.now() - asked.asked_at > BEGUN_WITHIN,
        "running": Backup.objects.in_state(Backup.State.RUNNING).first(),
        "failed": failed,
    }
