"""Admin pages of the request counter and the throttles. Nothing here is entered by hand."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from metrics import services
from metrics.models import CounterSource, CountPeriod, ThrottleWindow
from rest.admin import ReadOnlyAdmin


@admin.register(CountPeriod)
class CountPeriodAdmin(ReadOnlyAdmin):
    """The current period with its live number, and below it the log of resets."""

    list_display = ["started_at", "ended_at", "requests", "base", "reset_by", "reset_from"]
    list_select_related = ["reset_by"]
    list_display_links = None
    date_hierarchy = "ended_at"

    @admin.display(description="requests", empty_value="running")
    def requests(self, period: CountPeriod) -> int | None:
        return period.total

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "counts": self.counts()})

    def counts(self) -> dict[str, int] | None:
        """The live numbers; None while the counter is unavailable, which the page then says."""
        try:
            period = services.requests_in_period()
        except services.CounterUnavailable:
            return None
        return {"period": period, "lifetime": period + CountPeriod.objects.current().base}


@admin.register(CounterSource)
class CounterSourceAdmin(ReadOnlyAdmin):
    list_display = ["host", "id", "counted", "created_at", "updated_at"]
    list_display_links = None


@admin.register(ThrottleWindow)
class ThrottleWindowAdmin(ReadOnlyAdmin):
    """The throttles' counts. Deleting a window lets its caller in again."""

    list_display = ["key", "count", "expires_at"]
    list_display_links = None
    search_fields = ["key"]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)
