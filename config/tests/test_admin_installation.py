"""The admin's page of the installation: for those who may see backups, and nobody else."""

import subprocess
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from config.doctor import process
from config.tests.admin import Office
from metrics.models import Backup

pytestmark = pytest.mark.django_db
PAGE = "/admin/installation/"
FOUND = [
    {"name": "database", "verdict": "ok", "said": "It answers.", "remedy": "", "seconds": 0.1},
    {"name": "disk space", "verdict": "wrong", "said": "It is <full>.", "remedy": "Make room.", "seconds": 0.1},
]


@pytest.fixture(autouse=True)
def found(monkeypatch):
    monkeypatch.setattr(process, "examined", lambda: FOUND)


@pytest.fixture
def office(sam):
    return Office(sam.user)


def staff(person, name, *groups):
    made = person(name, is_staff=True)
    made.user.groups.set(Group.objects.filter(name__in=groups))
    return Office(User.objects.get(pk=made.user.pk))


def text(response):
    return " ".join(response.content.decode().split())


# --- Who ------------------------------------------------------------------------------------------------------------


def test_strangers_and_users_are_sent_to_the_login(alice):
    for client in (Client(), Office(alice.user).client):
        for reply in (client.get(PAGE), client.post(PAGE)):
            assert (reply.status_code, reply["Location"].startswith("/admin/login/")) == (302, True)
    assert not Backup.objects.exists()


@pytest.mark.parametrize("groups", [(), ("editor",), ("moderator",)])
def test_staff_of_other_roles_see_neither_the_page_nor_a_link_to_it(person, groups):
    office = staff(person, "stella", *groups)
    assert office.get(PAGE).status_code == office.post(PAGE, {}).status_code == 403
    assert PAGE not in text(office.get(reverse("admin:index")))
    assert not Backup.objects.exists()


def test_admins_and_superusers_see_both(person, office):
    for each in (office, staff(person, "stella", "admin")):
        assert each.get(PAGE).status_code == 200
        assert f'href="{PAGE}"' in text(each.get(reverse("admin:index")))


def test_who_may_only_look_gets_no_button(person):
    group = Group.objects.create(name="lookers")
    group.permissions.set(Permission.objects.filter(codename="view_backup"))
    office = staff(person, "stella", "lookers")
    assert "Back up now" not in text(office.get(PAGE))
    assert office.post(PAGE, {}).status_code == 403


def test_another_site_s_form_asks_for_nothing(sam):
    client = Client(enforce_csrf_checks=True)
    client.force_login(sam.user)
    assert client.post(PAGE).status_code == 403
    assert not Backup.objects.exists()


# --- What it shows --------------------------------------------------------------------------------------------------


def test_what_the_doctor_finds_is_said_in_words(office):
    reply = office.get(PAGE)
    assert "no-store" in reply["Cache-Control"]
    shown = text(reply)
    for said in (
        "ok</td><th>database",
        "wrong</td><th>disk space",
        "It is &lt;full&gt;.",
        "Make room.",
        "There is none.",
    ):
        assert said in shown


def test_a_doctor_that_does_not_answer_is_said_so(office, monkeypatch):
    def busy():
        raise process.NoAnswer("It took too long.")

    monkeypatch.setattr(process, "examined", busy)
    assert '<p class="errornote">It took too long.</p>' in text(office.get(PAGE))


def test_the_last_backup_and_the_kept_ones_are_shown_with_size_and_counts(office):
    for hours, size in ((30, 1), (6, 5_000_000)):
        Backup.objects.create(
            state="kept", taken_at=timezone.now() - timedelta(hours=hours), bytes=size, host="films", path=f"/b/{hours}",
            counts={"movies_movie": 36_000, "accounts_user": 120}, ended_at=timezone.now() - timedelta(hours=hours),
        )  # fmt: skip
    shown = text(office.get(PAGE))
    assert "6 hours ago" in shown
    assert "4.8 MB" in shown
    assert "holds 36000 movies, 120 users and 36120 rows in all" in shown
    assert shown.index("/b/6") < shown.index("/b/30")


def test_the_button_asks_the_worker_and_is_logged(office, sam, caplog):
    caplog.set_level("INFO", "marquee.security")
    reply = office.client.post(PAGE, follow=True)
    row = Backup.objects.get()
    assert (row.state, row.asked_by) == ("asked", sam.user)
    shown = text(reply)
    assert "A backup is asked for. The worker begins within seconds" in shown
    assert "Back up now" not in shown
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr, entry.get_change_message()) == (
        sam.user,
        f"backup {row.pk}",
        "Asked for a backup.",
    )
    assert f"backup_asked_for user={sam.user.pk}" in caplog.text
    assert "A backup is asked for already." in text(office.client.post(PAGE, follow=True))
    assert Backup.objects.count() == 1


def test_that_nobody_begins_is_said(office, sam):
    Backup.objects.create(asked_by=sam.user, asked_at=timezone.now() - timedelta(minutes=5))
    assert "Nobody has begun it: is the worker alive" in text(office.get(PAGE))


def test_one_that_is_being_made_and_one_that_failed_are_said(office):
    Backup.objects.create(state="running", host="films", started_at=timezone.now())
    Backup.objects.create(state="failed", host="films", ended_at=timezone.now(), problem="The disk is full.")
    shown = text(office.get(PAGE))
    assert "One is being made since " in shown
    assert "failed at " in shown
    assert "The disk is full." in shown


def test_a_failure_that_is_over_is_not_shown(office):
    Backup.objects.create(state="failed", ended_at=timezone.now() - timedelta(hours=1), problem="The disk is full.")
    Backup.objects.create(state="kept", ended_at=timezone.now(), taken_at=timezone.now())
    assert "The disk is full." not in text(office.get(PAGE))


# --- The process ----------------------------------------------------------------------------------------------------


def test_the_doctor_is_the_command(monkeypatch):
    monkeypatch.undo()
    checks = process.examined()
    assert {tuple(check) for check in checks} == {("name", "verdict", "said", "remedy", "seconds")}
    assert checks[0]["name"] == "database"


def test_what_the_command_does_not_say_is_said(monkeypatch):
    monkeypatch.undo()

    def run(*args, **kwargs):
        return subprocess.CompletedProcess(args, 1, "", "Traceback\nImproperlyConfigured: no\n")

    monkeypatch.setattr(process.subprocess, "run", run)
    with pytest.raises(process.NoAnswer, match=r"manage\.py doctor failed: ImproperlyConfigured: no"):
        process.examined()

    def hang(*args, **kwargs):
        raise subprocess.TimeoutExpired(args, 30)

    monkeypatch.setattr(process.subprocess, "run", hang)
    with pytest.raises(process.NoAnswer, match="longer than 30 seconds"):
        process.examined()


def test_one_examination_at_a_time(monkeypatch):
    monkeypatch.undo()
    with process.ONE, pytest.raises(process.NoAnswer, match="right now"):
        process.examined()
    assert process.ONE.acquire(blocking=False)
    process.ONE.release()
