"""Gates: few at a time over threads and processes, few that wait, and a place that comes free however its holder ends."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from rest.exceptions import Busy
from rest.gates import Gate

HOLDER = """
import sys, django
from django.conf import settings
settings.configure(GATES_DIR=sys.argv[1])
from rest.gates import Gate
with Gate("work", places=1, waiting=1, wait_seconds=0).enter():
    print("in", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.GATES_DIR = tmp_path / "gates"
    return settings.GATES_DIR


def gate(**about):
    return Gate("work", **{"places": 1, "waiting": 4, "wait_seconds": 0.05, **about})


def test_no_more_are_in_than_there_are_places():
    most, inside, lock = [], set(), threading.Lock()

    def work(number):
        with crowded.enter():
            with lock:
                inside.add(number)
                most.append(len(inside))
            threading.Event().wait(0.005)
            with lock:
                inside.remove(number)

    crowded = gate(places=2, waiting=20, wait_seconds=30)
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(work, range(40)))
    assert len(most) == 40
    assert max(most) == 2


def test_who_waits_in_vain_is_told_to_come_again():
    with gate().enter(), pytest.raises(Busy) as refused, gate().enter():
        pass
    assert refused.value.status_code == 503
    assert refused.value.wait > 0


def test_more_than_may_wait_are_refused_at_once(monkeypatch):
    crowded, waits = gate(waiting=1, wait_seconds=30), threading.Event()
    wait = crowded.wait_for_place
    monkeypatch.setattr(crowded, "wait_for_place", lambda deadline: waits.set() or wait(deadline))
    with ThreadPoolExecutor(1) as pool, gate().enter():  # whose end lets the waiter in
        waiter = pool.submit(lambda: crowded.enter().__enter__())
        assert waits.wait(30)
        with pytest.raises(Busy), crowded.enter():
            pass
    waiter.result()


def test_who_finds_a_place_free_takes_nobodys_room_in_the_line():
    one = gate(waiting=0)
    with one.enter(), pytest.raises(Busy), one.enter():
        pass
    with one.enter():
        pass


def test_a_place_is_free_again_after_an_error():
    one = gate()
    with pytest.raises(ZeroDivisionError), one.enter():
        1 / 0  # noqa: B018
    with one.enter():
        pass


def test_another_process_counts_and_its_death_frees_its_place(folder):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout.readline() == "in\n"
        with pytest.raises(Busy), gate().enter():
            pass
    finally:
        holder.kill()
        holder.wait()
    with gate().enter():
        pass


def test_a_gate_without_places_is_open(folder):
    with gate(places=0).enter(), gate(places=0).enter():
        pass
    assert not folder.exists()


def test_the_folder_is_the_owners_alone(folder):
    with gate().enter():
        assert folder.stat().st_mode & 0o077 == 0
