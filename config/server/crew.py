"""How many threads of a process work at a time.

Python lets one of them run at once, so that many who work only take turns, and the last of them is answered late. With
SQLite a few are enough, because there is no answer from elsewhere to wait for. But a thread may wait for long, for its
turn at writing, say, or compute without Python. Whoever is at one request for `SLOW_SECONDS` no longer counts, and a
thread that has been parked takes the place.
"""

import threading
import time

SLOW_SECONDS = 0.05


class Crew:
    """`places` threads work, the others are parked. Each calls `rest` between two requests, and `begin` with each."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.lock = threading.Lock()
        self.at_work = 0
        self.since: dict[int, float] = {}  # thread → when it began its request, on time.monotonic()'s clock
        self.slow: set[int] = set()
        self.parked: list[threading.Lock] = []

    def join(self) -> None:
        with self.lock:
            self.at_work += 1

    def begin(self) -> None:
        self.since[threading.get_ident()] = time.monotonic()

    def rest(self) -> None:
        """Ends the request, and waits where enough others work."""
        bell = None
        with self.lock:
            thread = threading.get_ident()
            self.since.pop(thread, None)
            if thread in self.slow:
                self.slow.remove(thread)
                self.at_work += 1
            if self.at_work > self.places:
                self.at_work -= 1
                bell = threading.Lock()
                bell.acquire()
                self.parked.append(bell)
        if bell is not None:
            bell.acquire()

    def relieve(self) -> None:
        """Lets parked threads take the places of those who are slow."""
        now = time.monotonic()
        with self.lock:
            for thread, since in [*self.since.items()]:
                if now - since > SLOW_SECONDS and thread not in self.slow:
                    self.slow.add(thread)
                    self.at_work -= 1
            while self.parked and self.at_work < self.places:
                self.at_work += 1
                self.parked.pop().release()
