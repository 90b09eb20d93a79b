"""The mails of the outbox: django-post-office's own pages, on lists like all others."""

from django.contrib import admin
from post_office import admin as post_office
from post_office.models import Attachment, Email, EmailTemplate, Log

from rest.admin import LargeTableAdmin, ReadOnlyAdmin

for model in (Attachment, Email, EmailTemplate, Log):
    admin.site.unregister(model)  # for good that of the templates, which no mail is made of


@admin.register(Email)
class EmailAdmin(LargeTableAdmin, post_office.EmailAdmin):
    is_personal = True
    also_deleted = "its log"
    actions = ("delete_selected", post_office.requeue)


@admin.register(Log)
class LogAdmin(ReadOnlyAdmin, post_office.LogAdmin):
    """What became of each mail. It goes with the mail."""


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin, post_office.AttachmentAdmin):
    """Nothing is attached by hand."""
