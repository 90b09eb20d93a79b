"""When the worker makes a backup: one that is asked for at once, and others when the newest is too old."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.backups import folder, schedule
from metrics.models import Backup
from rest import chores

pytestmark = pytest.mark.django_db


class Process:
    """Stands in for `manage.py backup`."""

    started = []

    def __init__(self, command, **options):
        self.command, self.returncode, self.ended = command, None, False
        Process.started.append(self)

    def poll(self):
        return self.returncode

    def terminate(self):
        self.ended, self.returncode = True, 130

    def wait(self):
        return self.returncode


@pytest.fixture(autouse=True)
def clock(settings, tmp_path, monkeypatch):
    settings.BACKUP_DIR, settings.BACKUP_HOURS = tmp_path, 24
    now = [1000.0]
    monkeypatch.setattr(schedule.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(schedule.subprocess, "Popen", Process)
    Process.started = []
    return now


@pytest.fixture
def keeper():
    return schedule.Keeper()


def kept(tmp_path, hours):
    (tmp_path / folder.name_at(timezone.now() - timedelta(hours=hours))).write_text("")


def test_the_worker_does_it_as_one_of_its_chores():
    assert chores.CHORES["backups"].run == schedule.KEEPER.look


@pytest.mark.parametrize(("hours", "due"), [(None, True), (25, True), (23, False)])
def test_one_is_due_when_the_newest_is_too_old(tmp_path, hours, due):
    if hours is not None:
        kept(tmp_path, hours)
        kept(tmp_path, hours + 48)
    assert schedule.is_due(tmp_path) is due


def test_none_is_due_by_itself_where_it_is_turned_off(settings, tmp_path, keeper, clock):
    settings.BACKUP_HOURS = 0
    clock[0] += 10_000
    keeper.look()
    assert Process.started == []


def test_one_that_is_due_begins_when_the_worker_has_started_and_no_second_beside_it(keeper, clock):
    keeper.look()
    assert Process.started == []
    clock[0] += 61
    keeper.look()
    keeper.look()
    [process] = Process.started
    assert process.command[-3:] == ["backup", "--if-due", "--verbosity=0"]


def test_a_worker_that_starts_anew_begins_none_where_there_is_a_young_one(tmp_path, clock):
    kept(tmp_path, 1)
    keeper = schedule.Keeper()
    clock[0] += 61
    keeper.look()
    assert Process.started == []


def test_one_that_is_asked_for_begins_at_once(keeper, tmp_path, sam):
    kept(tmp_path, 1)
    assert Backup.objects.ask(by=sam.user)
    keeper.look()
    assert len(Process.started) == 1


def test_a_failure_is_logged_and_tried_again_later(keeper, clock, caplog, sam):
    clock[0] += 61
    keeper.look()
    Process.started[0].returncode = 2
    keeper.look()
    assert "The backup failed with status 2" in caplog.text
    clock[0] += 3000
    keeper.look()
    assert len(Process.started) == 1
    Backup.objects.ask(by=sam.user)  # whoever asks does not wait for the hour
    keeper.look()
    assert len(Process.started) == 2


def test_one_that_cannot_even_begin_is_not_begun_all_the_time(keeper, clock, sam):
    Backup.objects.ask(by=sam.user)
    keeper.look()
    Process.started[0].returncode = 2
    for _ in range(5):
        keeper.look()
    assert len(Process.started) == 1


def test_it_ends_with_the_worker(keeper, clock):
    keeper.stop()
    clock[0] += 61
    keeper.look()
    keeper.stop()
    assert Process.started[0].ended


# --- Asking ---------------------------------------------------------------------------------------------------------


def test_who_asks_twice_gets_one_and_the_first_who_begins_takes_it(sam, alice):
    assert Backup.objects.ask(by=sam.user)
    assert not Backup.objects.ask(by=alice.user)
    row = Backup.objects.claim(host="here")
    assert (row.state, row.asked_by, row.host) == ("running", sam.user, "here")
    assert Backup.objects.claim(host="there") is None
    assert Backup.objects.ask(by=alice.user)


def test_failures_are_not_kept_for_ever():
    for _ in range(25):
        Backup.objects.create(state="failed")
    Backup.objects.forget_oldest_failures()
    assert Backup.objects.count() == 20
