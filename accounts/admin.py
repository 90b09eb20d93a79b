"""Admin pages of users and their logins."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import services
from accounts.models import Session, User
from rest.admin import LargeTableAdmin, ReadOnlyAdmin, SummarisedDeletionMixin
from rest.database.text import fold_case

admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(SummarisedDeletionMixin, LargeTableAdmin, DjangoUserAdmin):
    also_deleted = "ratings, likes, favourites, comments and collections"
    list_display = ["username", "email", "email_confirmed", "is_staff", "is_active", "date_joined"]
    list_filter = ["is_staff", "is_active", "email_confirmed"]
    search_fields = ["username_key__startswith", "email_key__startswith"]
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

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        return super().get_search_results(request, queryset, fold_case(search_term))

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        services.delete_account(user=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            services.delete_account(user=user)


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Logins. Deleting one logs it out; its secrets are not known here."""

    list_display = ["id", "user", "user_agent", "created_at", "last_used_at", "expires_at"]
    list_select_related = ["user"]
    search_fields = ["user__username_key__startswith"]
    fields = ["user", "user_agent", "created_at", "last_used_at", "expires_at", "refresh_generation"]

    def has_delete_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        return request.user.is_superuser
