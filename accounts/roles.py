"""Staff roles: which of the staff may do what. `user.has_perm()` is the one question that the API and the admin ask.

A role is a Django group of the same name. `migrate` and `prepare` make the groups from this table. Staff in no group
may do what the contract gives all staff: what editors and moderators may do. A group narrows that down. Whoever is not
staff may do nothing by a permission, whatever groups the account is in.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Q

if TYPE_CHECKING:
    from accounts.models import User

MODERATOR, EDITOR, ADMIN = "moderator", "editor", "admin"
ALL_VERBS = ("view", "add", "change", "delete")
ASSIGN_ROLES, BLOCK_USER = "accounts.assign_roles", "accounts.block_user"


def permissions(app: str, *models: str, verbs: Iterable[str] = ALL_VERBS) -> set[str]:
    """Django's names of what may be done with these models: "movies.view_comment"."""
    return {f"{app}.{verb}_{model}" for verb in verbs for model in models}


# Every member of the staff sees how often the counter was reset, and may reset it where only staff may.
ANY_STAFF = permissions("metrics", "countperiod", verbs=["view", "add"])

ROLES: dict[str, set[str]] = {
    MODERATOR: {
        *ANY_STAFF,
        *permissions("movies", "comment", verbs=["view", "delete"]),
        *permissions("movies", "commentreport", verbs=["view", "change"]),
        *permissions("accounts", "user", verbs=["view"]),
        *permissions("accounts", "blockedaddress"),
        BLOCK_USER,
    },
    EDITOR: {
        *ANY_STAFF,
        *permissions("movies", "movie", "director", "genre", "genrealias"),
        *permissions("movies", "moviestats", verbs=["view"]),
    },
}
STAFF = ROLES[MODERATOR] | ROLES[EDITOR]  # of staff in no group

# ADMIN has all permissions but those of these apps: a mail may hold a link that lets its reader into an account, even
# that of a superuser.
ONLY_SUPERUSERS = ("post_office",)


def may_manage(actor: Any, account: "User") -> bool:
    """Whether `actor` may change, block or delete this account. Nobody does so to whoever stands above."""
    if actor.is_superuser:
        return True
    return not account.is_superuser and (not account.is_staff or actor.has_perm(ASSIGN_ROLES))


def manageable_by(actor: Any, prefix: str = "") -> Q:
    """The accounts that `may_manage` lets through, or with a prefix ("user__") the rows that belong to them."""
    if actor.is_superuser:
        return Q()
    ordinary = Q(**{f"{prefix}is_superuser": False})
    return ordinary if actor.has_perm(ASSIGN_ROLES) else ordinary & Q(**{f"{prefix}is_staff": False})


def role_of(user: "User") -> str:
    """What lists call an account's rights: "superuser", "editor, moderator", "staff", or nothing."""
    if user.is_superuser:
        return "superuser"
    if not user.is_staff:
        return ""
    return ", ".join(sorted(group.name for group in user.groups.all())) or "staff"
