"""Turns at writing into an SQLite database, which takes one transaction at a time.

SQLite has no queue. Whoever finds it locked sleeps and looks again, for up to 0.1 s, and whoever comes by in the right
moment is served. With 32 threads some waited for seconds while the lock was free. So they queue up here:

    threads of a process     in the order in which they asked: the one that has written wakes the next
    processes of the host    one holds the *turn*, one stands *next*, as two locked bytes of a file; the others wait

A process whose threads wait keeps the turn for TURN_SECONDS, unless no other process stands next. The kernel unlocks
what a killed process had locked, and a fork has no part in its parent's locks. SQLite's own lock is what keeps the data
whole: a program that does not queue up, such as the sqlite3 shell, only has to wait without an order.
"""

import errno
import fcntl
import os
import sqlite3
import threading
import time
from collections import deque
from contextlib import suppress

TURN_SECONDS = 0.01
LOOK_SECONDS = 0.0005  # between two looks at another process's lock. One thread of each process looks
LATER_LOOK_SECONDS = 0.005  # once it has waited for LONG_SECONDS, as behind an import
LONG_SECONDS = 0.1
TURN, NEXT = 0, 1  # the bytes that are locked
FILE = "{database}-turn"
OF_FILES = {
    errno.ENOSPC: sqlite3.SQLITE_FULL,
    errno.EDQUOT: sqlite3.SQLITE_FULL,
    errno.EROFS: sqlite3.SQLITE_READONLY,
    errno.EACCES: sqlite3.SQLITE_READONLY,
    errno.EPERM: sqlite3.SQLITE_READONLY,
}


class Waiter:
    """A thread that waits for those before it."""

    def __init__(self) -> None:
        self.is_next = False
        self._asleep = threading.Lock()
        self._asleep.acquire()

    def wait(self, seconds: float) -> bool:
        return self._asleep.acquire(timeout=max(0.0, seconds))

    def wake(self) -> None:
        self.is_next = True
        self._asleep.release()


class Turns:
    """The queue for one database, as this process sees it. `path` is the database's file."""

    def __init__(self, path: str) -> None:
        self.path = os.path.realpath(path)
        self._descriptor: int | None = None
        self.start_afresh()

    def start_afresh(self) -> None:
        """As a new process; so is a forked child, in which nobody waits, and which has locked nothing."""
        self._mutex = threading.Lock()
        self._waiting: deque[Waiter] = deque()
        self._is_taken = False  # by a thread of this process, which alone touches what follows
        self._is_locked = False
        self._locked_at = 0.0

    def take(self, seconds: float) -> None:
        """Waits for the turn. Raises sqlite3.OperationalError, as SQLite does, where it takes more than `seconds`."""
        deadline = time.monotonic() + seconds
        waiter = self._queue_up()
        if waiter is not None and not waiter.wait(seconds) and self._leaves(waiter):
            raise locked()
        try:
            self._lock_before(deadline)
        except BaseException:
            self._hand_over()
            raise

    def give_back(self) -> None:
        if not self._waiting or (time.monotonic() - self._locked_at > TURN_SECONDS and self._another_stands_next()):
            self._unlock()
        self._hand_over()

    def let_others(self, seconds: float) -> None:
        """Waits until nobody writes, or waits to; for so many seconds at most."""
        deadline = time.monotonic() + seconds
        while self._are_wanted() and time.monotonic() < deadline:
            time.sleep(LATER_LOOK_SECONDS)

    def _are_wanted(self) -> bool:
        with self._mutex:
            if self._is_taken:
                return True
            self._is_taken = True
        try:
            descriptor = self._opened()
            for byte in (NEXT, TURN):
                if not locks(descriptor, byte):
                    return True
                fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, byte)
            return False
        finally:
            self._hand_over()

    # --- Among the threads of this process ---

    def _queue_up(self) -> Waiter | None:
        """This thread's place in the queue; None where it need not wait for another one."""
        with self._mutex:
            if not self._is_taken:
                self._is_taken = True
                return None
            waiter = Waiter()
            self._waiting.append(waiter)
            return waiter

    def _leaves(self, waiter: Waiter) -> bool:
        """Whether it has left the queue; False where it has just been woken after all."""
        with self._mutex:
            if waiter.is_next:
                return False
            self._waiting.remove(waiter)
            return True

    def _hand_over(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().wake()
            else:
                self._is_taken = False

    # --- Among the processes of this host ---

    def _lock_before(self, deadline: float) -> None:
        """Raises sqlite3.OperationalError after the deadline, and where the file cannot be made."""
        if self._is_locked:
            return
        descriptor = self._opened()
        wait_for(descriptor, NEXT, deadline)
        try:
            wait_for(descriptor, TURN, deadline)
        finally:
            fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, NEXT)
        self._is_locked, self._locked_at = True, time.monotonic()

    def _another_stands_next(self) -> bool:
        if not locks(self._opened(), NEXT):
            return True
        fcntl.lockf(self._opened(), fcntl.LOCK_UN, 1, NEXT)
        return False

    def _unlock(self) -> None:
        self._is_locked = False
        fcntl.lockf(self._opened(), fcntl.LOCK_UN, 1, TURN)

    def _opened(self) -> int:
        """The file. It stays open: to close it would unlock whatever this process has locked."""
        if self._descriptor is None:
            self._descriptor = opened(FILE.format(database=self.path), self.path)
        return self._descriptor


def wait_for(descriptor: int, byte: int, deadline: float) -> None:
    """Locks the byte. Raises sqlite3.OperationalError where another process has it until after the deadline."""
    begun = time.monotonic()
    while not locks(descriptor, byte):
        now = time.monotonic()
        if now >= deadline:
            raise locked()
        time.sleep(LOOK_SECONDS if now - begun < LONG_SECONDS else LATER_LOOK_SECONDS)


def locks(descriptor: int, byte: int) -> bool:
    """Whether the byte could be locked at once."""
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
    except (BlockingIOError, PermissionError):  # either may be said where another process has it
        return False
    return True


def opened(path: str, database: str) -> int:
    """The file, new where there is none, with the database's owner and mode, as SQLite makes its own files."""
    try:
        like = os.stat(database)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, like.st_mode & 0o777)
        if os.geteuid() == 0:
            with suppress(PermissionError):  # a disk that knows no owners
                os.fchown(descriptor, like.st_uid, like.st_gid)
    except OSError as error:
        code = OF_FILES.get(error.errno or 0, sqlite3.SQLITE_CANTOPEN)
        raise failure(f"unable to open {path}: {error.strerror}", code) from error
    return descriptor


def locked() -> sqlite3.OperationalError:
    return failure("database is locked", sqlite3.SQLITE_BUSY)


def failure(message: str, code: int) -> sqlite3.OperationalError:
    """What SQLite itself would raise with that result code."""
    error = sqlite3.OperationalError(message)
    error.sqlite_errorcode = code
    return error


_lock = threading.Lock()
_turns: dict[str, Turns] = {}


def turns_of(path: str) -> Turns:
    """The queue for the database in that file. There is one in each process: its locks are the process's."""
    with _lock:
        return _turns.setdefault(path, Turns(path))


def start_afresh() -> None:
    global _lock
    _lock = threading.Lock()
    for turns in _turns.values():
        turns.start_afresh()


os.register_at_fork(after_in_child=start_afresh)
