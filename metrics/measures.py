"""What this process counts for `/metrics`, for next to nothing, into cells that survive it.

Nothing here makes a request fail. Where there is no file to be had (a folder that cannot be used, a full disk) numbers
wait in the memory of the process, are not shown, and move into the file once there is one; so what is shown never goes
down. Without METRICS_TOKEN nobody could read the numbers, and nothing is counted.
"""

import json
import logging
import os
import threading
import time
from bisect import bisect_left
from collections.abc import MutableSequence
from pathlib import Path
from typing import Any

from django.conf import settings

from metrics.cells import CellFile
from metrics.slots import DamagedFile

logger = logging.getLogger(__name__)

# Seconds. A list takes about a millisecond; READ_SECONDS ends what is slow after two.
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
LOOK_SECONDS = 1.0  # from one look after the file to the next
REQUESTS, GAUGE, COUNT = "requests", "gauge", "count"  # kinds of names
IN_PROGRESS = (GAUGE, "in_progress")
STARTED = (GAUGE, "started_at")
STARTS = (COUNT, "worker_starts")

Name = tuple[str | int, ...]  # its kind, and what tells it from others of that kind
Cells = MutableSequence[int] | memoryview


def is_on() -> bool:
    return bool(settings.METRICS_TOKEN)


class Measures:
    """The numbers of one process. Its threads share them, so that a lock guards each addition."""

    def __init__(self) -> None:
        self.start_afresh()

    def start_afresh(self) -> None:
        """As a new process, which has counted nothing; so is a forked child, which owns nothing of its parent's."""
        self._lock = threading.Lock()
        self._cells: dict[Name, Cells] = {}
        self._waiting: set[Name] = set()  # names whose cells are not in the file yet
        self._file: CellFile | None = None
        self._next_look = 0.0
        self._problem = ""

    def begin_request(self) -> None:
        with self._lock:
            if time.monotonic() >= self._next_look:
                self._look_after_file()
            self._at(IN_PROGRESS)[0] += 1

    def end_request(self, method: str, route: str, status: int, seconds: float) -> None:
        with self._lock:
            cells = self._at((REQUESTS, method, route, status), len(BOUNDS) + 2)
            cells[bisect_left(BOUNDS, seconds)] += 1
            cells[-1] += int(seconds * 1_000_000)
            self._at(IN_PROGRESS)[0] -= 1

    def count(self, *what: str) -> None:
        """Adds one to a count: ("throttled", "login"). The names are those that the code has, never a stranger's."""
        if is_on():
            with self._lock:
                self._at((COUNT, *what))[0] += 1

    def count_slow(self, **signal: Any) -> None:
        """Receives `rest.database.slow.slow_statement`."""
        self.count("statements_slow")

    def set(self, name: str, value: int) -> None:
        """What is so in this process now: ("connections", 12). It is shown for as long as the process lives."""
        if is_on():
            with self._lock:
                if time.monotonic() >= self._next_look:
                    self._look_after_file()
                self._at((GAUGE, name))[0] = value

    def _at(self, name: Name, number: int = 1) -> Cells:
        cells = self._cells.get(name)
        return self._new(name, number) if cells is None else cells

    def _new(self, name: Name, number: int) -> Cells:
        self._cells[name] = [0] * number
        self._waiting.add(name)
        if self._file is not None:
            self._move_into(self._file)
        return self._cells[name]

    def _look_after_file(self) -> None:
        """Each second: claims a file where there is none, or where it was removed, and moves there what waits."""
        self._next_look = time.monotonic() + LOOK_SECONDS
        if self._file is None or not self._file.is_in_place():
            try:
                file = CellFile.claim(Path(settings.METRICS_DIR))
            except OSError as error:
                self._report(error)
                return
            self._switch(file)
        if self._waiting and self._file is not None:
            self._move_into(self._file)

    def _switch(self, file: CellFile) -> None:
        """Counts on in `file`. What a predecessor counted there stays; what was so in its process is so no more."""
        before = self._file
        for name in file.names():
            if json.loads(name)[0] == GAUGE:
                file.cells(name, 1)[0] = 0
        self._waiting = {*self._cells}
        self._file = file
        if before is None:
            self._at(STARTED)[0] = int(time.time())
            self._at(STARTS)[0] += 1
        else:
            before.close()

    def _move_into(self, file: CellFile) -> None:
        try:
            for name in [*self._waiting]:
                old = self._cells[name]
                new = file.cells(json.dumps(name).encode(), len(old))
                for n, value in enumerate(old):
                    new[n] += value
                self._cells[name] = new
                self._waiting.remove(name)
        except (OSError, DamagedFile) as error:
            self._report(error)
        else:
            self._report(None)

    def _report(self, error: Exception | None) -> None:
        problem = f"{type(error).__name__}: {error}" if error else ""
        if problem and problem != self._problem:
            logger.error(
                "Metrics wait in the memory of this process, and are not shown, until this is mended: %s", problem
            )
        elif self._problem and not problem:
            logger.warning("Metrics are shown again.")
        self._problem = problem


measures = Measures()

# A forked child must not add to its parent's cells.
os.register_at_fork(after_in_child=measures.start_afresh)
