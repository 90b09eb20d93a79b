"""Admin pages of users and their logins."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import ManyToManyField, QuerySet
from django.http import HttpRequest

from accounts import roles, services
from accounts.models import Session, User
from rest.admin import LargeTableAdmin, ReadOnlyAdmin, UnchangedForm
from rest.database.text import fold_case

admin.site.unregister(Group)  # the table in accounts.roles makes them

BLOCKED_AT_ONCE = 100
ABOUT_ROLES = (
    "A group narrows down what staff may do: moderator (comments, reports, blocking), editor (catalogue), admin "
    "(everything but making superusers). Staff in no group may do what editors and moderators may."
)


def staff(request: HttpRequest) -> User:
    """Who is at work here: the admin lets nobody else in."""
    return cast(User, request.user)


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
    """Accounts, of which everybody may change those only that do not stand above: accounts.roles."""

    is_personal = True
    also_deleted = "ratings, likes, favourites, comments and collections"
    deleted_at_once = 1  # each account locks all the movies that it has said something about
    form = UserForm
    change_password_form = PasswordForm
    list_display = ["username", "email", "email_confirmed", "role", "is_active", "date_joined"]
    list_filter = ["is_staff", "groups", "is_active", "email_confirmed"]
    search_fields = ["username_key__startswith", "email_key__startswith"]
    fold = staticmethod(fold_case)
    ordering = ["-id"]
    readonly_fields = ["last_login", "date_joined", "comments_hidden"]
    filter_horizontal = ()
    formfield_overrides = {ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    actions: Any = ("delete_selected", "deactivate", "activate", "take_off_second_factor")
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("E-mail", {"fields": ["email", "email_confirmed"]}),
        ("Name", {"fields": ["first_name", "last_name"]}),
        ("Blocking", {"fields": ["is_active", "comments_hidden"]}),
        ("Rights", {"fields": ["is_staff", "is_superuser", "groups"], "description": ABOUT_ROLES}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display
    def role(self, user: User) -> str:
        return roles.role_of(user) or "–"

    # --- Who may ---

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        is_below = obj is None or roles.may_manage(request.user, obj)
        return is_below and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        is_below = obj is None or roles.may_manage(request.user, obj)
        return is_below and super().has_delete_permission(request, obj)

    def has_block_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(roles.BLOCK_USER)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fields = [*super().get_readonly_fields(request, obj)]
        if not request.user.is_superuser:
            fields.append("is_superuser")
        return fields if request.user.has_perm(roles.ASSIGN_ROLES) else [*fields, "is_staff", "groups"]

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Without the password's hash for those who cannot set another."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return [
            (name, {**about, "fields": [field for field in about["fields"] if field != "password"]})
            for name, about in fieldsets
        ]

    # --- Writing ---

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
            return
        fields = [name for name in form.changed_data if name != "groups"]
        groups = form.cleaned_data["groups"] if "groups" in form.changed_data else None
        services.change_as_staff(by=staff(request), user=obj, fields=fields, groups=groups, request=request)

    @admin.action(permissions=["delete"], description="Delete selected %(verbose_name_plural)s")
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        return super().delete_selected(request, self.only_manageable(request, queryset))

    @admin.action(permissions=["block"], description="Deactivate selected %(verbose_name_plural)s: all logins end")
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.set_active(request, queryset, active=False)

    @admin.action(permissions=["block"], description="Activate selected %(verbose_name_plural)s again")
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.set_active(request, queryset, active=True)

    @admin.action(permissions=["change"], description="Take the second factor off selected %(verbose_name_plural)s")
    def take_off_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """For owners who have lost app and recovery codes."""
        users = list(self.only_manageable(request, queryset).filter(authenticator__isnull=False)[:BLOCKED_AT_ONCE])
        for user in users:
            services.take_off_second_factor(request=request, user=user, by=staff(request))
            self.log_change(request, user, "Took the second factor off.")
        self.message_user(request, f"Taken off {len(users):,}. At most {BLOCKED_AT_ONCE} are changed at once.")

    def set_active(self, request: HttpRequest, queryset: QuerySet[User], *, active: bool) -> None:
        users = list(self.only_manageable(request, queryset).filter(is_active=not active)[:BLOCKED_AT_ONCE])
        changed = services.set_active(by=staff(request), users=users, active=active, request=request)
        for user in users:
            self.log_change(request, user, "Activated." if active else "Deactivated.")
        done = "Activated" if active else "Deactivated"
        self.message_user(request, f"{done} {changed:,}. At most {BLOCKED_AT_ONCE} are changed at once.")

    def only_manageable(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        """Those that whoever asks may change. Says so where others were chosen, too."""
        allowed = queryset.filter(roles.manageable_by(request.user))
        if queryset.exclude(pk__in=allowed.values("pk")).exists():
            said = "Accounts that have more rights than you are left as they are."
            self.message_user(request, said, messages.WARNING)
        return allowed

    def delete_rows(self, ids: Sequence[int]) -> int:
        users = User.objects.filter(pk__in=ids)
        for user in users:
            services.delete_account(user=user)
        return len(users)


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Logins. Deleting one logs it out; its secrets are not known here."""

    is_personal = True
    list_display = ["id", "user", "network", "user_agent", "created_at", "last_used_at", "expires_at"]
    list_select_related = ["user"]
    search_fields = ["user__username_key__startswith"]
    fields = ["user", "network", "user_agent", "created_at", "last_used_at", "expires_at", "refresh_generation"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        """Without those of accounts that whoever looks may not log out."""
        return super().get_queryset(request).filter(roles.manageable_by(request.user, "user__"))

    def has_delete_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)
