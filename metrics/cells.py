"""Files of numbers that outlive the process which counts: one file for each process of this host, named counts within.

    metrics-0.cells: "MARQMET1", the bytes in use, then one record after the other:
                     length of the name, how many cells, the name, the cells (8 bytes each)

A process owns a file by a lock that the kernel drops when it ends, `kill -9` included; its successor takes the file
over and counts on. So there are as many files as there were ever processes at the same time, and no count goes down.
The pages belong to the kernel, as those of the request counter do (metrics/slots.py).
"""

import fcntl
import logging
import mmap
import os
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from metrics.slots import DamagedFile, exclusive

logger = logging.getLogger(__name__)

MAGIC = b"MARQMET1"  # of another meaning of the records: another number
HEADER = struct.Struct("<8sQ")  # the magic and the bytes in use
RECORD = struct.Struct("<II")  # the bytes of the name and the number of cells
CELL = 8
GROWTH = 65_536  # bytes; what a file has at first, and doubles from there
LARGEST = 64 * 1024 * 1024  # bytes; many times what all routes, methods and statuses together need


def padded(length: int) -> int:
    return -(-length // CELL) * CELL


class CellFile:
    """The file of this process. Take it with `claim()`, and hold it for as long as the process counts."""

    def __init__(self, path: Path, descriptor: int) -> None:
        """Raises DamagedFile. The lock is on `descriptor`, so that it must stay open."""
        self.path, self._descriptor = path, descriptor
        self._map = mapped(descriptor)
        self._places = {name: (place, cells) for name, place, cells in records(self._map)}

    @classmethod
    def claim(cls, directory: Path) -> "CellFile":
        """The first file that no living process has, a new one where all are taken. Raises OSError."""
        directory.mkdir(parents=True, exist_ok=True)
        with exclusive(directory):
            for number in count():
                path = directory / f"metrics-{number}.cells"
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
                if locked(descriptor, fcntl.LOCK_EX):
                    return cls._prepared(path, descriptor)
                os.close(descriptor)
        raise AssertionError("count() has no end")

    @classmethod
    def _prepared(cls, path: Path, descriptor: int) -> "CellFile":
        try:
            if os.fstat(descriptor).st_size == 0:
                begin(descriptor)
            return cls(path, descriptor)
        except DamagedFile as error:
            logger.error("The file of metrics %s is damaged (%s), and its counts begin anew.", path, error)
            path.replace(path.with_suffix(".damaged"))
            os.close(descriptor)  # its lock may last longer, and is the damaged file's
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            locked(descriptor, fcntl.LOCK_EX)  # nobody else is here: see `exclusive`
            return cls._prepared(path, descriptor)
        except BaseException:
            os.close(descriptor)
            raise

    def cells(self, name: bytes, number: int) -> memoryview:
        """The cells of that name as unsigned integers; writing to one writes to the file. Raises OSError."""
        if self._places.get(name, (0, number))[1] != number:
            raise DamagedFile(f"{name!r} has {self._places[name][1]} cells and not {number}")
        if name not in self._places:
            self._append(name, number)
        place, _ = self._places[name]
        return memoryview(self._map)[place : place + CELL * number].cast("Q")

    def names(self) -> list[bytes]:
        return [*self._places]

    def _append(self, name: bytes, number: int) -> None:
        used = HEADER.unpack_from(self._map)[1]
        place = used + RECORD.size + padded(len(name))
        end = place + CELL * number
        while end > len(self._map):
            self._grow()
        self._map[used:end] = (
            RECORD.pack(len(name), number) + name.ljust(padded(len(name)), b"\0") + bytes(CELL * number)
        )
        memoryview(self._map).cast("Q")[1] = end  # last: until then the record is not there
        self._places[name] = place, number

    def _grow(self) -> None:
        """Twice the size. Cells that were given out stay good: both maps show the same pages."""
        if len(self._map) >= LARGEST:
            raise OSError(f"{self.path} has reached {LARGEST} bytes")
        write_zeros(self._descriptor, len(self._map), len(self._map))
        self._map = mapped(self._descriptor)

    def is_in_place(self) -> bool:
        """Whether the path still leads to this very file."""
        try:
            return os.stat(self.path).st_ino == os.fstat(self._descriptor).st_ino
        except FileNotFoundError:
            return False

    def close(self) -> None:
        """Gives the file up. Cells that were given out stay good."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)  # the map has a descriptor of its own, which would keep the lock
        os.close(self._descriptor)


def locked(descriptor: int, how: int) -> bool:
    """Whether the lock was to be had. Whoever closes the descriptor, or ends, gives it back."""
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def begin(descriptor: int) -> None:
    write_zeros(descriptor, 0, GROWTH)
    os.pwrite(descriptor, HEADER.pack(MAGIC, HEADER.size), 0)


def write_zeros(descriptor: int, offset: int, length: int) -> None:
    """Written out, not left sparse: a full disk must show here, as an error, and not later as a bus error."""
    written = os.pwrite(descriptor, bytes(length), offset)
    if written < length:
        os.ftruncate(descriptor, offset)
        raise OSError(f"only {written} of {length} bytes could be written")


def mapped(descriptor: int, access: int = mmap.ACCESS_DEFAULT) -> mmap.mmap:
    size = os.fstat(descriptor).st_size
    if size < GROWTH:
        raise DamagedFile(f"its size is {size} bytes")
    found = mmap.mmap(descriptor, size, access=access)
    magic, used = HEADER.unpack_from(found)
    if magic != MAGIC or not HEADER.size <= used or used % CELL:
        found.close()  # or whoever keeps the error would keep the lock
        raise DamagedFile("its header is wrong")
    return found


def records(map: mmap.mmap) -> Iterator[tuple[bytes, int, int]]:
    """Name, offset of the first cell and number of cells of each record. Raises DamagedFile."""
    place, used = HEADER.size, HEADER.unpack_from(map)[1]
    if used > len(map):
        raise DamagedFile(f"it uses {used} bytes and has {len(map)}")
    while place < used:
        length, cells = RECORD.unpack_from(map, place)
        first = place + RECORD.size + padded(length)
        end = first + CELL * cells
        if not length or not cells or end > used:
            raise DamagedFile(f"the record at {place} is wrong")
        yield map[place + RECORD.size : place + RECORD.size + length], first, cells
        place = end


class Reading:
    """What one file says at this moment. `is_alive`: whether the process that counts into it still lives."""

    def __init__(self, path: Path) -> None:
        """Raises DamagedFile and OSError."""
        descriptor = os.open(path, os.O_RDONLY)
        try:
            self.is_alive = not locked(descriptor, fcntl.LOCK_SH)
            with whole(descriptor) as map, memoryview(map) as view:
                numbers = {name: (place, cells) for name, place, cells in records(map)}
                with view.cast("Q") as all_cells:  # one number is read in one step, however often it is written
                    self.counts = {
                        name: [all_cells[n] for n in range(place // CELL, place // CELL + cells)]
                        for name, (place, cells) in numbers.items()
                    }
        finally:
            os.close(descriptor)


@contextmanager
def whole(descriptor: int) -> Iterator[mmap.mmap]:
    """The file mapped to be read, all of it that is in use: it may have grown between two looks."""
    while True:
        with closing(mapped(descriptor, mmap.ACCESS_READ)) as map:
            if HEADER.unpack_from(map)[1] <= os.fstat(descriptor).st_size <= len(map):
                yield map
                return
            if HEADER.unpack_from(map)[1] > os.fstat(descriptor).st_size:
                raise DamagedFile("it was cut")


def readings(directory: Path) -> list[Reading]:
    """What every file of this host says. One that cannot be read is left out, and the log says so."""
    found: list[Reading] = []
    if not directory.is_dir():
        return found
    with exclusive(directory):  # to look at a lock is to take it for a moment, and nobody shall claim a file meanwhile
        for path in sorted(directory.glob("metrics-*.cells")):
            try:
                if path.stat().st_size:  # else there was no room for it, and nothing has been counted in it
                    found.append(Reading(path))
            except (OSError, DamagedFile) as error:
                logger.error("The file of metrics %s cannot be read, and its counts are missing: %s", path, error)
    return found
