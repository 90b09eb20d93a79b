"""Gates: what costs much is done by few at a time, over all processes of a host.

A place is a lock on a file, so it is free again whichever way the process that held it ended. Those who wait hold a
thread each. So only a few may wait, and not for long; everybody else is told to come again.
"""

import fcntl
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import IO

from django.conf import settings

from rest.exceptions import Busy

POLL_SECONDS = 0.01
IS_PATIENT = ContextVar("rest.gates.is_patient", default=False)


@contextmanager
def patiently() -> Iterator[None]:
    """Within the block this thread waits at gates as long as it takes, as commands do: nobody waits for them."""
    token = IS_PATIENT.set(True)
    try:
        yield
    finally:
        IS_PATIENT.reset(token)


class Gate:
    """Lets at most `places` in at a time on this host; 0 places are a gate that is always open.

    At most `waiting` threads of a process wait, the first come the first, each for at most `wait_seconds`.
    """

    def __init__(self, name: str, *, places: int, waiting: int, wait_seconds: float) -> None:
        self.name, self.places, self.waiting, self.wait_seconds = name, places, waiting, wait_seconds
        self.first = threading.Lock()  # of this process's threads only the first asks for a place
        self.line = threading.BoundedSemaphore(waiting)

    @contextmanager
    def enter(self) -> Iterator[None]:
        """A place for the block. Raises Busy (503) where none came free in time, or too many wait already."""
        if not self.places:
            yield
            return
        with self.place():
            yield

    def check(self) -> None:
        """Raises Busy where `enter()` would do so at once. For before work that would be in vain then."""
        if self.places and not IS_PATIENT.get():
            self.stand_in_line()
            self.line.release()

    def place(self) -> IO[bytes]:
        """An open file whose lock is the place. Closing it gives the place back."""
        if IS_PATIENT.get():
            return self.wait_for_place(math.inf)
        if place := self.place_without_waiting():
            return place
        self.stand_in_line()
        try:
            return self.wait_for_place(time.monotonic() + self.wait_seconds)
        finally:
            self.line.release()

    def place_without_waiting(self) -> IO[bytes] | None:
        """A place that is free, where nobody waits for it. Whoever gets one takes nobody's room in the line."""
        if not self.first.acquire(blocking=False):
            return None
        try:
            return self.free_place()
        finally:
            self.first.release()

    def stand_in_line(self) -> None:
        if not self.line.acquire(blocking=False):
            raise Busy

    def wait_for_place(self, deadline: float) -> IO[bytes]:
        if not self.first.acquire(timeout=-1 if deadline == math.inf else self.wait_seconds):
            raise Busy
        try:
            while (place := self.free_place()) is None:
                if time.monotonic() >= deadline:
                    raise Busy
                time.sleep(POLL_SECONDS)
            return place
        finally:
            self.first.release()

    def free_place(self) -> IO[bytes] | None:
        folder = Path(settings.GATES_DIR)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for number in range(self.places):
            file = (folder / f"{self.name}.{number}").open("ab")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
            else:
                return file
        return None
