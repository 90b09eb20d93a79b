"""Staff roles: what each may do in the API, and that nobody gives anybody more than he has himself."""

import logging

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.models import Session as BrowserSession
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from post_office.models import Email
from rest_framework.exceptions import PermissionDenied
from rest_framework.test import APIClient

from accounts import roles, services
from accounts.models import Session, User
from config.tests.admin import Office, address
from conftest import PASSWORD
from movies.models import Comment
from movies.services import comment

pytestmark = pytest.mark.django_db
ROLES = [roles.MODERATOR, roles.EDITOR, roles.ADMIN]


@pytest.fixture
def staff(person):
    """Somebody of the staff with these roles: `staff("mona", "moderator")`."""

    def make(name, *groups, **fields):
        made = person(name, is_staff=True, **fields)
        made.user.groups.set(Group.objects.filter(name__in=groups))
        return made

    return make


@pytest.fixture
def security_log(caplog, django_capture_on_commit_callbacks):
    caplog.set_level(logging.INFO, logger="marquee.security")
    return caplog


def permissions_of(name):
    rows = Permission.objects.filter(group__name=name).values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


# --- The groups ---


@pytest.mark.parametrize("name", [roles.MODERATOR, roles.EDITOR])
def test_the_groups_have_the_permissions_of_the_table(name):
    assert permissions_of(name) == roles.ROLES[name]


def test_an_admin_has_all_permissions_but_those_of_the_mail():
    everything = {
        f"{app}.{code}" for app, code in Permission.objects.values_list("content_type__app_label", "codename")
    }
    assert {app.partition(".")[0] for app in everything - permissions_of(roles.ADMIN)} == {"post_office"}


def test_prepare_gives_a_group_back_what_it_has_lost_and_takes_what_it_has_not():
    group = Group.objects.get(name=roles.EDITOR)
    group.permissions.set(Permission.objects.filter(codename="delete_user"))
    call_command("prepare", "--no-demo", verbosity=0)
    assert permissions_of(roles.EDITOR) == roles.ROLES[roles.EDITOR]


# --- The API ---


@pytest.mark.parametrize(
    ("groups", "movie_status", "comment_status", "sees_addresses"),
    [
        ([], 200, 204, True),
        (["moderator"], 403, 204, True),
        (["editor"], 200, 403, False),
        (["editor", "moderator"], 200, 204, True),
        (["admin"], 200, 204, True),
    ],
)
def test_each_role_may_do_its_own(staff, movie, bob, anonymous, groups, movie_status, comment_status, sees_addresses):
    written = comment(movie=movie, user=bob.user, text="Hm.")
    sue = staff("sue", *groups)
    assert sue.patch(f"/api/v1/movies/{movie.pk}/", {"title": "Aliens"}).status_code == movie_status
    assert sue.patch(f"/{movie.pk}/", {"title": "Aliens"}).status_code == movie_status
    assert sue.delete(f"/api/v1/comments/{written.pk}/").status_code == comment_status
    listed = [entry for entry in sue.get("/api/users/").json() if entry["id"] == bob.user.pk]
    assert ("email" in listed[0]) is sees_addresses
    assert sue.delete(f"/api/v1/movies/{movie.pk}/").status_code == (204 if movie_status == 200 else 403)


def test_a_group_gives_nothing_to_whoever_is_not_staff(person, movie):
    charlie = person("carl")
    charlie.user.groups.set(Group.objects.all())
    assert charlie.patch(f"/api/v1/movies/{movie.pk}/", {"title": "Aliens"}).status_code == 403
    assert "email" not in charlie.get("/api/v1/users/").json()["results"][0]


@pytest.mark.parametrize(("role", "is_set"), [("editor", True), ("moderator", False)])
def test_who_added_a_movie_is_set_by_editors(staff, bob, role, is_set):
    sue = staff("sue", role)
    made = sue.post("/api/v1/movies/", {"title": "Alien", "user": bob.user.pk}).json()
    assert (made["user"]["username"] == "bob") is is_set


@pytest.mark.parametrize("role", ROLES)
def test_the_counter_is_reset_by_every_role_where_it_is_limited_to_staff(staff, alice, settings, role):
    settings.COUNTER_RESET_BY_STAFF_ONLY = True
    assert alice.post("/request-count/reset/").status_code == 403
    assert staff("sue", role).post("/request-count/reset/").status_code == 200


def test_nobody_pays_for_roles_but_staff_that_writes(alice, staff, movie, bob):
    """Whose the movie is, is known; whoever is no staff has no role; reading asks for none."""
    comments = [comment(movie=movie, user=bob.user, text="Hm.") for _ in range(2)]
    sue = staff("sue", "moderator")
    for act in (
        lambda: alice.patch(f"/api/v1/movies/{movie.pk}/", {"title": "Aliens"}),
        lambda: bob.patch(f"/api/v1/movies/{movie.pk}/", {"title": "Aliens"}),
        lambda: bob.delete(f"/api/v1/comments/{comments[0].pk}/"),
        lambda: bob.get("/api/v1/users/"),
        lambda: sue.get(f"/api/v1/movies/{movie.pk}/"),
        lambda: sue.get("/api/v1/movies/?ordering=title"),
    ):
        with CaptureQueriesContext(connection) as queries:
            assert act().status_code < 500
        assert not [query["sql"] for query in queries if "auth_" in query["sql"]]


# --- Changing rights ---


def test_a_change_of_rights_is_logged_and_told(staff, alice, sam, security_log, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        Office(sam.user).change(alice.user, is_staff="on", groups=[Group.objects.get(name="moderator").pk])
    [line] = [line for line in security_log.messages if line.startswith("role_changed")]
    assert f"user={alice.user.pk}" in line
    assert f"by={sam.user.pk}" in line
    assert 'before=["active"] after=["active", "staff", "moderator"]' in line
    [mail] = Email.objects.filter(to="alice@example.com")
    assert "staff, moderator" in mail.message
    assert "alice" not in mail.message


def test_who_loses_rights_gets_no_mail(staff, sam):
    sue = staff("sue", "editor")
    Office(sam.user).change(sue.user, is_staff="", groups=[])
    sue.user.refresh_from_db()
    assert (sue.user.is_staff, sue.user.groups.count(), Email.objects.count()) == (False, 0, 0)


@pytest.mark.parametrize("field", ["is_superuser"])
def test_an_admin_makes_nobody_a_superuser(staff, alice, field):
    office = Office(staff("ada", "admin").user)
    for user in (alice.user, office.user):
        office.change(user, **{field: "on"})
        assert not User.objects.get(pk=user.pk).is_superuser
    alice.user.is_superuser = True
    with pytest.raises(PermissionDenied):
        services.change_as_staff(by=office.user, user=alice.user, fields=["is_superuser"])


def test_an_admin_gives_roles(staff, alice):
    office = Office(staff("ada", "admin").user)
    office.change(alice.user, is_staff="on", groups=[Group.objects.get(name="admin").pk])
    assert User.objects.get(pk=alice.user.pk).has_perm("accounts.assign_roles")


@pytest.mark.parametrize("role", ROLES)
def test_a_superuser_is_out_of_the_reach_of_every_role(staff, sam, role):
    office = Office(staff("ada", role).user)
    before = User.objects.filter(pk=sam.user.pk).values().get()
    page = address(User, "change", sam.user.pk)
    office.post(page, {"username": "sam", "email": "ada@example.com", "is_active": "on"})
    passwords = {"password1": "correct-horse", "password2": "correct-horse"}
    office.post(f"/admin/accounts/user/{sam.user.pk}/password/", {"usable_password": "true", **passwords})
    office.post(address(User, "delete", sam.user.pk), {"post": "yes"})
    for action in ("delete_selected", "deactivate"):
        office.act(User, action, [sam.user], post="yes")
    for login in Session.objects.filter(user=sam.user):
        office.post(address(Session, "delete", login.pk), {"post": "yes"})
        office.act(Session, "delete_selected", [login], post="yes")
    assert User.objects.filter(pk=sam.user.pk).values().get() == before
    assert sam.get("/api/v1/users/me/").status_code == 200


@pytest.mark.parametrize("role", [roles.MODERATOR, roles.EDITOR])
def test_staff_is_out_of_the_reach_of_those_who_give_no_roles(staff, role):
    colleague, office = staff("colin", "editor"), Office(staff("ada", role).user)
    for user in (colleague.user, office.user):
        before = User.objects.filter(pk=user.pk).values().get()
        office.post(address(User, "change", user.pk), {"username": user.username, "is_staff": "on", "groups": "3"})
        office.act(User, "deactivate", [user])
        after = User.objects.filter(pk=user.pk).values().get()
        assert after == before


def test_one_who_may_change_accounts_only_gives_no_roles(person, alice):
    """A permission that somebody was given beside the roles."""
    petra = person("petra", is_staff=True)
    petra.user.user_permissions.set(Permission.objects.filter(codename__in=["change_user", "view_user"]))
    office = Office(petra.user)
    assert office.change(alice.user, is_staff="on", groups=[1], first_name="A.").status_code == 302
    changed = User.objects.get(pk=alice.user.pk)
    assert (changed.first_name, changed.is_staff, changed.groups.count()) == ("A.", False, 0)
    with pytest.raises(PermissionDenied):
        services.change_as_staff(by=petra.user, user=alice.user, fields=[], groups=Group.objects.all())


# --- Blocking ---


def test_a_deactivated_account_is_out_at_once_and_its_logins_do_not_come_back(
    staff, person, sam, security_log, django_capture_on_commit_callbacks
):
    ada = staff("ada", "admin")
    browser = Office(ada.user)
    assert browser.get("/admin/").status_code == 200
    made = ada.post("/api/v1/users/me/tokens/", {"name": "Script", "scopes": ["read"], "current_password": PASSWORD})
    script = APIClient(HTTP_AUTHORIZATION=f"Bearer {made.json()['token']}")
    assert script.get("/api/v1/users/me/").status_code == 200
    security_log.clear()
    moderators = Office(sam.user)
    with django_capture_on_commit_callbacks(execute=True):
        moderators.act(User, "deactivate", [ada.user])
    refresh = ada.credentials.refresh
    for _ in range(2):
        for scheme in ("Token", "Bearer"):
            assert ada.use(scheme).get("/api/v1/users/me/").status_code == 401
        assert ada.client.post("/api/auth/refresh/", {"refresh": refresh}).status_code == 401
        assert script.get("/api/v1/users/me/").status_code == 401
        assert browser.get("/admin/").status_code == 302
        moderators.act(User, "activate", [ada.user])
    assert [line.split()[0] for line in security_log.messages][:2] == ["role_changed", "account_deactivated"]
    assert BrowserSession.objects.count() == 1


def test_a_moderator_deactivates_accounts_but_not_those_of_staff(staff, alice, bob):
    office = Office(staff("mona", "moderator").user)
    colleague = staff("colin")
    shown = office.client.post(
        address(User), {"action": "deactivate", "_selected_action": [alice.user.pk, colleague.user.pk]}, follow=True
    )
    assert "more rights than you" in shown.content.decode()
    assert list(User.objects.filter(is_active=False)) == [alice.user]
    assert Comment.objects.count() == 0
