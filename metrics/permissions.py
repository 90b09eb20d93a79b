from django.conf import settings
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class IsStaffWhereResetIsLimited(BasePermission):
    """Anybody may reset, as document 004 has it, unless COUNTER_RESET_BY_STAFF_ONLY is set."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return not settings.COUNTER_RESET_BY_STAFF_ONLY or request.user.has_perm("metrics.add_countperiod")
