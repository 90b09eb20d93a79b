"""What moderators work with: the reports of comments, and the accounts with what is said by them."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator

from accounts.admin.users import BLOCKED_AT_ONCE, UserAdmin, staff
from accounts.models import User
from movies import moderation, services
from movies.models import Comment, CommentReport
from rest.admin import ReadOnlyAdmin
from rest.admin.deletion import MOST_COUNTED
from rest.chunks import chunks
from rest.database.text import fold_case

SHOWN = 300  # characters of a comment in a list

admin.site.unregister(User)


@admin.register(User)
class AuthorAdmin(UserAdmin):
    """Accounts, whose comments can be hidden as well."""

    list_filter = [*UserAdmin.list_filter, "comments_hidden"]
    actions: Any = (*UserAdmin.actions, "hide_comments", "show_comments")

    @admin.action(permissions=["block"], description="Hide all comments of selected %(verbose_name_plural)s")
    def hide_comments(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.set_hidden(request, queryset, hidden=True)

    @admin.action(permissions=["block"], description="Show all comments of selected %(verbose_name_plural)s again")
    def show_comments(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.set_hidden(request, queryset, hidden=False)

    def set_hidden(self, request: HttpRequest, queryset: QuerySet[User], *, hidden: bool) -> None:
        users = list(self.only_manageable(request, queryset)[:BLOCKED_AT_ONCE])
        number = moderation.hide_comments(by=staff(request), users=users, hidden=hidden, request=request)
        done = "Hidden" if hidden else "Shown again"
        for user in users:
            self.log_change(request, user, f"{done}: all comments.")
        said = f"{done}: {number:,} comments of {len(users):,} accounts. At most {BLOCKED_AT_ONCE} accounts at once."
        self.message_user(request, said)


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("dismissed", "Dismissed"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [{**first, "display": "Open"}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[CommentReport]) -> QuerySet[CommentReport]:
        state = self.value()
        if state not in (None, "dismissed", "all"):
            raise ValueError(f"{state!r} is no state of a report.")
        return queryset if state == "all" else queryset.filter(dismissed_at__isnull=state is None)


@admin.register(CommentReport)
class CommentReportAdmin(ReadOnlyAdmin):
    """Reports, the open ones first of all. Removing the comment removes its reports, too."""

    list_display = ["beginning", "author", "movie", "reason", "user", "created_at"]
    list_display_links = ["beginning"]
    list_select_related = ["comment__user", "comment__movie", "user"]
    list_filter = [StateFilter]
    search_fields = ["comment__user__username_key__startswith"]
    search_help_text = "The beginning of the name of whoever wrote the comment."
    fold = staticmethod(fold_case)
    ordering = ["-id"]
    fields = ["text", "author", "movie", "reason", "user", "created_at", "dismissed_at", "dismissed_by"]
    readonly_fields = ["text", "author", "movie"]
    actions = ("remove_comments", "dismiss")

    @admin.display(description="comment")
    def beginning(self, report: CommentReport) -> str:
        return Truncator(report.comment.text).chars(SHOWN)

    @admin.display(description="comment")
    def text(self, report: CommentReport) -> str:
        return report.comment.text

    @admin.display(description="written by")
    def author(self, report: CommentReport) -> str:
        return report.comment.user.username

    @admin.display
    def movie(self, report: CommentReport) -> str:
        return str(report.comment.movie)

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("movies.delete_comment")

    def has_dismiss_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("movies.change_commentreport")

    @admin.action(permissions=["remove"], description="Remove the comments of selected reports")
    def remove_comments(self, request: HttpRequest, queryset: QuerySet[CommentReport]) -> None:
        ids = list(dict.fromkeys(queryset.values_list("comment", flat=True)[:MOST_COUNTED]))
        removed = sum(services.remove_feedback(model=Comment, ids=batch) for batch in chunks(ids, self.deleted_at_once))
        self.message_user(request, f"Removed {removed:,} comments, with their reports.")

    @admin.action(permissions=["dismiss"], description="Dismiss selected reports: the comments stay")
    def dismiss(self, request: HttpRequest, queryset: QuerySet[CommentReport]) -> None:
        ids: Sequence[int] = list(queryset.values_list("pk", flat=True)[:MOST_COUNTED])
        dismissed = sum(
            moderation.dismiss_reports(by=staff(request), ids=batch) for batch in chunks(ids, self.deleted_at_once)
        )
        self.message_user(request, f"Dismissed {dismissed:,} reports.")
