"""The counter's file: one 8-byte slot per worker process of this host, mapped into the memory of all of them.

What a process has added stays in the file when the process dies, `kill -9` included, because the pages belong to
the kernel. Slots only ever grow: the slot of a dead process is taken over and goes on from its value.

A process owns a slot, or is the one that writes to the database, by a POSIX record lock on its bytes. The kernel drops
such a lock whenever its process ends, a forked child does not inherit it, and it works between containers that share
the folder; so no process number is ever compared. One trap comes with it: closing *any* descriptor of the file drops
all locks the process holds on it. Hence a process has a counter file open at most once.
"""

import fcntl
import logging
import mmap
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

logger = logging.getLogger(__name__)

MAGIC = b"MARQUEE1"  # then the 16 bytes of the source's uuid
HEADER_SIZE = 64
SLOT_SIZE = 8
GROWTH = 4096  # bytes; the first block has room for the header and 504 slots


class DamagedFile(Exception):
    """The file is no counter file, or its end is missing."""


@contextmanager
def exclusive(directory: Path) -> Iterator[None]:
    """Locks `directory`: one process of this host at a time opens, makes, replaces or extends its counter files."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


class SlotFile:
    """An open counter file. `source` is its UUID in the database (`CounterSource`)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("r+b", buffering=0)
        self._map = self._map_whole()
        self.source = uuid.UUID(bytes=self._map[len(MAGIC) : len(MAGIC) + 16])

    @classmethod
    def open_or_create(cls, path: Path) -> "SlotFile":
        """The file at `path`, new where there is none or a damaged one. Call it under `exclusive(path.parent)`."""
        try:
            return cls(path)
        except FileNotFoundError:
            return cls.create(path)
        except DamagedFile as error:
            logger.error("The counter file %s is damaged (%s) and a new one begins.", path, error)
            return cls.replace(path)

    @classmethod
    def create(cls, path: Path) -> "SlotFile":
        """A new file at `path`, with a source of its own. Raises OSError where there is no room for it."""
        unfinished = path.with_suffix(".new")
        # Written out, not left sparse: a full disk must show here, as an error, and not later as a bus error.
        unfinished.write_bytes((MAGIC + uuid.uuid4().bytes).ljust(GROWTH, b"\0"))
        unfinished.replace(path)
        return cls(path)

    @classmethod
    def replace(cls, path: Path) -> "SlotFile":
        """A new file at `path`. The old one is kept beside it, as `.replaced`, for inspection."""
        path.replace(path.with_suffix(".replaced"))
        return cls.create(path)

    def _map_whole(self) -> mmap.mmap:
        size = os.fstat(self._file.fileno()).st_size
        if size < GROWTH or size % GROWTH:
            raise DamagedFile(f"its size is {size} bytes")
        mapped = mmap.mmap(self._file.fileno(), size)
        if mapped[: len(MAGIC)] != MAGIC:
            raise DamagedFile("its header is wrong")
        return mapped

    def slots(self) -> memoryview:
        """The slots as unsigned 64-bit integers. Writing to one writes to the file."""
        return memoryview(self._map)[HEADER_SIZE:].cast("Q")

    def total(self) -> int:
        """The sum over all slots, including those that other processes have added. Raises DamagedFile."""
        size = os.fstat(self._file.fileno()).st_size
        if size < len(self._map):
            raise DamagedFile(f"it was cut to {size} bytes")
        if size > len(self._map):
            self._map = self._map_whole()
        return sum(self.slots())

    def is_in_place(self) -> bool:
        """Whether the path still leads to this very file, whole."""
        try:
            at_path = os.stat(self.path)
        except FileNotFoundError:
            return False
        return at_path.st_ino == os.fstat(self._file.fileno()).st_ino and at_path.st_size >= len(self._map)

    def claim(self) -> int:
        """The index of a slot that belongs to this process from now on. Call it under `exclusive()`."""
        self.total()  # also maps slots that another process has appended
        index = 0
        while not self._lock(HEADER_SIZE + SLOT_SIZE * index):
            index += 1
            if index == len(self.slots()):
                self._grow()
        return index

    def claim_writing(self) -> bool:
        """Whether this process is the one that writes to the database. Once it is, it stays so until it ends."""
        return self._lock(0)

    def _lock(self, offset: int) -> bool:
        """Locks the eight bytes at `offset` for this process. False where another process has them."""
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, SLOT_SIZE, offset)
        except (BlockingIOError, PermissionError):  # POSIX leaves open which of EAGAIN and EACCES it is
            return False
        return True

    def _grow(self) -> None:
        os.pwrite(self._file.fileno(), bytes(GROWTH), len(self._map))
        self._map = self._map_whole()


def peek(path: Path) -> tuple[uuid.UUID, int]:
    """Source and sum of a counter file, for a process that counts nothing. Raises FileNotFoundError and DamagedFile.

    A server must not call it: closing the file would drop the locks by which the process owns its slot.
    """
    with path.open("rb") as file:
        content = file.read()
    if len(content) < GROWTH or len(content) % GROWTH or not content.startswith(MAGIC):
        raise DamagedFile(f"{path} is no whole counter file")
    source = uuid.UUID(bytes=content[len(MAGIC) : len(MAGIC) + 16])
    return source, sum(memoryview(content)[HEADER_SIZE:].cast("Q"))
