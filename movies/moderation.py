"""What moderators do: reports of comments, and hiding all comments of an account.

Whether an account's comments are hidden is said by the account. Each comment repeats it, so that lists and counts need
no look at the account. The account says so first and for good, and its comments follow in batches: whoever comments
looks at the account under its lock, so that no comment is left out. `manage.py verify` finds what was interrupted.
"""

from collections.abc import Collection, Iterable, Iterator

from django.db import transaction
from django.db.models import Count, F
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.models import User
from accounts.services import comments_are_hidden, lock_account, set_comments_hidden
from movies.models import Comment, CommentReport, MovieStats
from movies.services import count
from rest.chunks import id_batches

AT_ONCE = 500  # comments in a transaction

# --- Reports --------------------------------------------------------------------------------------------------------


@transaction.atomic
def report_comment(*, comment: Comment, user: User, reason: str) -> tuple[CommentReport, bool]:
    """The user's report of the comment, and whether it is new: the first one stays as it is.

    Raises Http404 when the comment has just gone.
    """
    get_object_or_404(Comment.objects.select_for_update(), pk=comment.pk)
    lock_account(user)
    return CommentReport.objects.get_or_create(comment=comment, user=user, defaults={"reason": reason})


def dismiss_reports(*, by: User, ids: Collection[int]) -> int:
    """Closes those of these reports that are open, and leaves the comments alone; how many there were."""
    opened = CommentReport.objects.open().filter(pk__in=ids)
    return opened.update(dismissed_at=timezone.now(), dismissed_by=by)


# --- Hiding ---------------------------------------------------------------------------------------------------------


def hide_comments(*, by: User, users: Iterable[User], hidden: bool, request: HttpRequest | None = None) -> int:
    """Hides all comments of these users, those to come as well, or shows them again; how many comments that were.

    Raises PermissionDenied where one of them is not `by`'s to block; those before it are done.
    """
    changed = 0
    for user in users:
        set_comments_hidden(by=by, user=user, hidden=hidden, request=request)
        changed += follow(user)
    return changed


def follow(user: User) -> int:
    """Hides or shows the user's comments, as the account says; how many were not so."""
    return sum(follow_batch(user, ids) for ids in id_batches(Comment.objects.by(user), AT_ONCE))


@transaction.atomic
def follow_batch(user: User, ids: list[int]) -> int:
    chosen = Comment.objects.filter(pk__in=ids)
    touched = set(chosen.order_by().values_list("movie", flat=True))
    locked = MovieStats.objects.select_for_update().filter(pk__in=touched).order_by("pk").in_bulk()
    hidden = comments_are_hidden(user)
    wrong = chosen.filter(is_hidden=not hidden)
    for movie_id, number in wrong.order_by().values_list("movie").annotate(n=Count("pk")):
        count(locked[movie_id], comments_count=-number if hidden else number)
    return wrong.update(is_hidden=hidden)


def differences(*, fix: bool = False) -> Iterator[str]:
    """Comments that are hidden and should not be, or the other way round, by account; `fix` also mends them."""
    wrong = Comment.objects.exclude(is_hidden=F("user__comments_hidden"))
    for user in User.objects.filter(pk__in=wrong.order_by().values("user")):
        yield f"user {user.pk}: comments should be {'hidden' if user.comments_hidden else 'shown'}"
        if fix:
            follow(user)
