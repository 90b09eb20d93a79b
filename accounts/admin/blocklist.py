"""The list of e-mail addresses that no account may have."""

from typing import Any

from django.contrib import admin

from accounts.models import BlockedAddress
from accounts.models.blocklist import blocking_key
from rest.admin import LargeTableAdmin, UnchangedForm


@admin.register(BlockedAddress)
class BlockedAddressAdmin(LargeTableAdmin):
    is_personal = True
    form: Any = UnchangedForm
    list_display = ["address", "note", "created_at"]
    search_fields = ["address_key__startswith"]
    fold = staticmethod(blocking_key)
    ordering = ["address_key"]
    fields = ["address", "note"]
