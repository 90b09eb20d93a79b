"""Who may do what. The name of each permission is a sentence."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class IsAuthorOrStaffOrReadOnly(BasePermission):
    """Everybody reads; whoever made a thing, or staff, changes it."""

    message = "Only the one who added this, or staff, may change it."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method in SAFE_METHODS or bool(request.user and request.user.is_authenticated)

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        return request.method in SAFE_METHODS or request.user.is_staff or obj.user_id == request.user.pk
