"""Who may do what. The name of each permission is a sentence."""

from typing import Any

from django.contrib.auth import get_permission_codename
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class IsAuthorOrStaffOrReadOnly(BasePermission):
    """Everybody reads; whoever made a thing, or staff whose role it is, changes it."""

    message = "Only the one who added this, or staff, may change it."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method in SAFE_METHODS or bool(request.user and request.user.is_authenticated)

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        return (
            request.method in SAFE_METHODS
            or obj.user_id == request.user.pk
            or request.user.has_perm(permission_to_write(request, obj))
        )


def permission_to_write(request: Request, obj: Any) -> str:
    """The permission that the admin asks for, too: "movies.delete_comment"."""
    verb = "delete" if request.method == "DELETE" else "change"
    return f"{obj._meta.app_label}.{get_permission_codename(verb, obj._meta)}"
