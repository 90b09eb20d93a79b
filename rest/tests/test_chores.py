"""What the worker does now and then."""

import pytest
from django.db import OperationalError

from rest import chores


@pytest.fixture
def done(monkeypatch):
    """What has been done; the chores that the apps registered are left out."""
    monkeypatch.setattr(chores, "CHORES", {})
    return []


def test_each_chore_is_done_at_the_start_and_again_when_its_time_has_come(done, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(chores.time, "monotonic", lambda: now[0])
    chores.register("often", seconds=10, run=lambda: done.append("often"))
    chores.register("seldom", seconds=60, run=lambda: done.append("seldom"))
    schedule = chores.Schedule()
    for now[0] in (100.0, 105.0, 110.0, 119.0, 160.0):
        schedule.work()
    assert done == ["often", "seldom", "often", "often", "seldom"]


def test_a_chore_that_fails_is_logged_and_keeps_no_other_from_its_turn(done, caplog):
    def fail():
        done.append("failing")
        raise RuntimeError("broken")

    chores.register("failing", seconds=10, run=fail)
    chores.register("other", seconds=10, run=lambda: done.append("other"))
    schedule = chores.Schedule()
    schedule.work()
    schedule.work()
    assert done == ["failing", "other"]
    assert "The chore 'failing' failed." in caplog.text


def test_a_failure_of_the_database_is_the_worker_s_and_the_chore_stays_due(done):
    def fail():
        done.append("asked")
        raise OperationalError("gone")

    chores.register("asking", seconds=10, run=fail)
    schedule = chores.Schedule()
    for _ in range(2):
        with pytest.raises(OperationalError):
            schedule.work()
    assert done == ["asked", "asked"]


def test_a_worker_that_is_asked_to_stop_begins_no_further_chore(done):
    chores.register("first", seconds=10, run=lambda: done.append("first"))
    chores.register("second", seconds=10, run=lambda: done.append("second"))
    chores.Schedule().work(should_stop=lambda: bool(done))
    assert done == ["first"]
