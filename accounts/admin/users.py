"""Admin pages of users and their logins."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, UserChangeForm
from django.contrib.auth.models import Group
from django.http import HttpRequest

from accounts import services
from accounts.models import Session, User
from rest.admin import LargeTableAdmin, ReadOnlyAdmin, UnchangedForm
from rest.database.text import fold_case

admin.site.unregister(Group)


class UserForm(UnchangedForm, UserChangeForm):
    pass


class PasswordForm(AdminPasswordChangeForm):
    """A new password, or none: either way all logins end."""

    def save(self, commit: bool = True) -> Any:
        password = None if self.cleaned_data["set_usable_password"] is False else self.cleaned_data["password1"]
        services.change_password(user=self.user, password=password)
        return self.user


@admin.register(User)
class UserAdmin(LargeTableAdmin, DjangoUserAdmin):
    also_deleted = "ratings, likes, favourites, comments and collections"
    deleted_at_once = 1  # each account locks all the movies that it has said something about
    form = UserForm
    change_password_form = PasswordForm
    list_display = ["username", "email", "email_confirmed", "is_staff", "is_active", "date_joined"]
    list_filter = ["is_staff", "is_active", "email_confirmed"]
    search_fields = ["username_key__startswith", "email_key__startswith"]
    fold = staticmethod(fold_case)
    ordering = ["-id"]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = ()
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("E-mail", {"fields": ["email", "email_confirmed"]}),
        ("Name", {"fields": ["first_name", "last_name"]}),
        ("Rights", {"fields": ["is_active", "is_staff", "is_superuser"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        if change:
            services.change_account(user=obj, fields=form.changed_data)
        else:
            super().save_model(request, obj, form, change)

    def delete_rows(self, ids: Sequence[int]) -> int:
        users = User.objects.filter(pk__in=ids)
        for user in users:
            services.delete_account(user=user)
        return len(users)


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Logins. Deleting one logs it out; its secrets are not known here."""

    list_display = ["id", "user", "network", "user_agent", "created_at", "last_used_at", "expires_at"]
    list_select_related = ["user"]
    search_fields = ["user__username_key__startswith"]
    fields = ["user", "network", "user_agent", "created_at", "last_used_at", "expires_at", "refresh_generation"]

    def has_delete_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        return request.user.is_superuser
