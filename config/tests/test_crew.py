"""Threads at work: a few at a time, and others in the place of those who take long."""

import threading

from config.server import crew as module
from config.server.crew import Crew
from metrics.tests.server import wait_until


class Hand(threading.Thread):
    """A thread of the server that works when it is told, for as long as it is told."""

    def __init__(self, crew):
        super().__init__(daemon=True)
        self.crew, self.done, self.is_free = crew, threading.Event(), False
        self.start()

    def run(self):
        self.crew.join()
        while True:
            self.is_free = False
            self.crew.rest()
            self.is_free = True
            self.done.wait()
            self.done.clear()

    def work(self):
        self.crew.since[self.ident] = 0.0  # as if it had begun long ago
        self.is_free = False


def hands(crew, number):
    found = [Hand(crew) for _ in range(number)]
    wait_until(lambda: len(crew.parked) == number - crew.places)
    return found


def test_so_many_work_and_the_others_are_parked():
    crew = Crew(2)
    assert sum(hand.is_free for hand in hands(crew, 5)) == 2
    assert crew.at_work == 2


def test_who_takes_long_is_replaced_and_parked_or_kept_afterwards():
    crew = Crew(2)
    found = hands(crew, 3)
    slow = next(hand for hand in found if hand.is_free)
    slow.work()
    crew.relieve()
    wait_until(lambda: sum(hand.is_free for hand in found) == 2)
    assert not crew.parked
    slow.done.set()
    wait_until(lambda: len(crew.parked) == 1)
    assert (crew.at_work, crew.slow, crew.since) == (2, set(), {})


def test_who_is_quick_keeps_the_place(monkeypatch):
    monkeypatch.setattr(module, "SLOW_SECONDS", 1e9)
    crew = Crew(1)
    found = hands(crew, 2)
    next(hand for hand in found if hand.is_free).work()
    crew.relieve()
    assert len(crew.parked) == 1


def test_when_all_are_slow_none_is_left_to_take_a_place():
    crew = Crew(2)
    found = hands(crew, 2)
    for hand in found:
        hand.work()
    crew.relieve()
    crew.relieve()
    assert (crew.at_work, len(crew.slow)) == (0, 2)
    for hand in found:
        hand.done.set()
    wait_until(lambda: crew.at_work == 2)
