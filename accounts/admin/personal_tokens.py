"""The admin's page of personal access tokens."""

from django.contrib import admin

from accounts.admin.users import SessionAdmin
from accounts.models import PersonalToken


@admin.register(PersonalToken)
class PersonalTokenAdmin(SessionAdmin):
    """Deleting one ends it, as deleting a login does; its secret is not known here."""

    list_display = ["id", "user", "name", "scope", "created_at", "last_used_at", "expires_at"]
    fields = ["user", "name", "scope", "created_at", "last_used_at", "expires_at", "second_factor"]
