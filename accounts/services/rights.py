"""What accounts may do: the roles' groups, and whatever staff changes about an account."""

from collections.abc import Collection, Iterable
from functools import partial
from typing import Any

from django.apps import apps as installed_apps
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import DEFAULT_DB_ALIAS, transaction
from django.http import HttpRequest
from rest_framework.exceptions import PermissionDenied

from accounts import events, roles
from accounts.models import User
from accounts.outbox import queue
from accounts.services.accounts import change_account
from accounts.services.browsers import end_logins
from accounts.services.rows import lock

RIGHTS = {"is_active": "active", "is_staff": "staff", "is_superuser": "superuser"}
SUBJECT = "Your account has been given rights"
MESSAGE = """{% autoescape off %}Hello,

your account at {{ address }} has been given rights that it did not have: {{ gained }}.

If you do not expect this, tell whoever runs the server.
{% endautoescape %}"""


def make_roles(*, apps: Any = installed_apps, using: str = DEFAULT_DB_ALIAS, **signal: Any) -> None:
    """Makes the groups of the roles, with exactly the permissions that the table gives them. Called after `migrate`."""
    try:
        groups = apps.get_model("auth", "Group").objects.using(using)
        permissions = apps.get_model("auth", "Permission").objects.using(using)
    except LookupError:  # migrated back to before there were any
        return
    rows = permissions.values_list("pk", "content_type__app_label", "codename")
    names = {pk: f"{app}.{codename}" for pk, app, codename in rows}
    everything = {name for name in names.values() if name.partition(".")[0] not in roles.ONLY_SUPERUSERS}
    for role, allowed in {**roles.ROLES, roles.ADMIN: everything}.items():
        group, _ = groups.get_or_create(name=role)
        group.permissions.set([pk for pk, name in names.items() if name in allowed])


def rights_of(user: User) -> list[str]:
    """What the account is and which roles it has, as events say it: `["active", "staff", "moderator"]`."""
    stored = User.objects.get(pk=user.pk)
    named = [name for column, name in RIGHTS.items() if getattr(stored, column)]
    return [*named, *stored.groups.order_by("name").values_list("name", flat=True)]


@transaction.atomic
def change_as_staff(
    *,
    by: User,
    user: User,
    fields: Collection[str],
    groups: Iterable[Group] | None = None,
    request: HttpRequest | None = None,
) -> None:
    """Writes these fields of `user` and, where they are given, its groups, as `by` has set them.

    An account that is deactivated has no logins left. One that gains rights is told so by mail. Raises PermissionDenied
    for what `by` may not change.
    """
    lock(user)
    refuse_unless_allowed(by, user, fields, has_groups=groups is not None)
    before = rights_of(user)
    change_account(user=user, fields=fields)
    if groups is not None:
        user.groups.set(groups)
    after = rights_of(user)
    if after != before:
        rights_changed(by=by, user=user, before=before, after=after, request=request)


def refuse_unless_allowed(by: User, user: User, fields: Collection[str], *, has_groups: bool) -> None:
    """Raises PermissionDenied. The rights that count are those in the database, not those that `user` shall have."""
    allowed = roles.may_manage(by, User.objects.get(pk=user.pk))
    if "is_superuser" in fields:
        allowed = allowed and by.is_superuser
    if has_groups or "is_staff" in fields:
        allowed = allowed and by.has_perm(roles.ASSIGN_ROLES)
    if not allowed:
        raise PermissionDenied("You may not change these rights.")


def rights_changed(*, by: User, user: User, before: list[str], after: list[str], request: HttpRequest | None) -> None:
    log = partial(events.record, user=user, request=request, by=by.pk)
    transaction.on_commit(partial(log, "role_changed", before=before, after=after))
    if "active" not in after:
        end_logins(user)
    if "active" in before and "active" not in after:
        transaction.on_commit(partial(log, "account_deactivated"))
    gained = [right for right in after if right not in before and right != "active"]
    if gained:
        context = {"address": settings.PUBLIC_URL, "gained": ", ".join(gained)}
        queue.put(user=user, about="rights", subject=SUBJECT, message=MESSAGE, context=context)


def set_active(*, by: User, users: Iterable[User], active: bool, request: HttpRequest | None = None) -> int:
    """Deactivates these accounts, or activates them again; how many of them were not so already.

    Raises PermissionDenied where one of them is not `by`'s to change; those before it are changed.
    """
    changed = 0
    for user in users:
        if user.is_active != active:
            user.is_active = active
            change_as_staff(by=by, user=user, fields=["is_active"], request=request)
            changed += 1
    return changed
