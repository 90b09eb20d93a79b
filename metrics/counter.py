"""Counts the requests of this process, for next to nothing, into a slot that survives the process.

    request ── add() ──> slot of this process ┐
                          slots of the others ┴─ total ── each second, one process a host ──> CounterSource row

The background thread does everything that may be slow or fail: it learns from the database whose requests these are,
opens that database's counter file, and writes. Until it has succeeded, counts wait in the memory of the process.
The reasons, and what was rejected, are in docs/decisions/0007-request-counter.md.
"""

import logging
import os
import threading
import uuid
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections, connections

from metrics.models import CounterSource, Installation
from metrics.slots import DamagedFile, SlotFile, exclusive
from rest import background

logger = logging.getLogger(__name__)

# How long the first requests of a process wait for its slot. They must not be answered before they are safe from
# kill -9; but when the database hangs, they must not hang with it.
PATIENCE_SECONDS = 2.0


class RequestCounter:
    """The counter of one process. All of its threads share the slot, so that a lock guards each addition."""

    def __init__(self) -> None:
        self.start_afresh()

    def start_afresh(self) -> None:
        """As a new process, which has counted nothing; so is a forked child, which owns nothing of its parent's."""
        self._lock = threading.Lock()
        self._attaching = threading.Lock()
        self._starting = threading.Lock()
        self._values: list[int] | memoryview = [0]
        self._index = 0
        self._file: SlotFile | None = None
        self._started = False
        self._tried = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._written: tuple[uuid.UUID, int] | None = None
        self._problem = ""

    def add(self) -> None:
        """Counts one request."""
        if not self._started:
            self._start()
        with self._lock:
            self._values[self._index] += 1

    @property
    def works_in_background(self) -> bool:
        """Whether this process has the thread that does the jobs of `rest.background` as well."""
        return self._thread is not None

    def live(self) -> tuple[uuid.UUID, int]:
        """This host's source, and its exact sum at this moment."""
        file = self._file or self._attach()
        return file.source, file.total()

    def _start(self) -> None:
        """Begins the background work with the first request: not before, because servers fork before that.

        Where COUNTER_WRITE_SECONDS is 0, as in tests, there is none.
        """
        with self._starting:
            if self._thread is None and settings.COUNTER_WRITE_SECONDS > 0:
                self._thread = threading.Thread(target=self._run, name="request-counter", daemon=True)
                self._thread.start()
        if self._thread is not None:
            self._tried.wait(PATIENCE_SECONDS)
        self._started = True

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.tick()
            self._tried.set()
            background.work()
            self._stopping.wait(settings.COUNTER_WRITE_SECONDS)
        connections.close_all()

    def tick(self) -> None:
        """What is due each second. Whatever goes wrong is logged, once for as long as it lasts, and tried again."""
        try:
            self._attach_and_write()
        except Exception as error:
            self._report(error)
            connections.close_all()
        else:
            self._report(None)

    def _attach_and_write(self) -> None:
        close_old_connections()
        file = self._file
        if file is None or not file.is_in_place():
            file = self._attach()
        if file.claim_writing():
            self._write(file)
        else:
            connections.close_all()  # only the one that writes needs its connection again

    def _write(self, file: SlotFile) -> None:
        current = file.source, file.total()
        if current != self._written:
            CounterSource.objects.record(*current)
            self._written = current

    def _attach(self) -> SlotFile:
        """Opens the database's counter file, claims a slot in it and moves there what has been counted so far."""
        with self._attaching:
            if self._file is not None and self._file.is_in_place():
                return self._file  # another thread was faster
            directory = Path(settings.COUNTER_DIR)
            directory.mkdir(parents=True, exist_ok=True)
            path = directory / f"requests-{Installation.objects.identity()}.counter"
            with exclusive(directory):
                file = self._open(path)
                index = file.claim()
            self._switch(file, index)
            return file

    def _open(self, path: Path) -> SlotFile:
        """The file at `path`, unless it has fallen behind what it had already reported to the database.

        So it does when the power fails before the kernel has written the page, or when an old copy is put back. To
        go on with it would not count until it had caught up.
        """
        file = SlotFile.open_or_create(path)
        reported = CounterSource.objects.reported(file.source)
        if file.total() >= reported:
            return file
        logger.error("The counter file %s is older than what it has reported, and a new one begins.", path)
        return SlotFile.replace(path)

    def _switch(self, file: SlotFile, index: int) -> None:
        with self._lock:
            old, waiting = self._file, self._values[self._index]
            self._file, self._values, self._index = file, file.slots(), index
            if old is None:
                self._values[index] += waiting
        if old is not None:
            self._retire(old)

    def _retire(self, file: SlotFile) -> None:
        """Reports the last of a file that other processes may still be adding to; each of them does the same."""
        logger.error("The counter file %s was removed or cut, and a new one has begun.", file.path)
        try:
            CounterSource.objects.record(file.source, file.total())
        except DamagedFile as error:
            logger.error("What it had counted since it last reported is lost: %s.", error)

    def _report(self, error: Exception | None) -> None:
        problem = f"{type(error).__name__}: {error}" if error else ""
        if problem and problem != self._problem:
            logger.error("Requests are counted in the memory of this host only, until this is mended: %s", problem)
        elif self._problem and not problem:
            logger.warning("Requests are counted in the database again.")
        self._problem = problem

    def stop(self) -> None:
        """Ends the background thread, for tests and benchmarks."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()


counter = RequestCounter()

# A forked child must not add to its parent's slot, nor count again what waits in its parent's memory.
os.register_at_fork(after_in_child=counter.start_afresh)
