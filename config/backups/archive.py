"""The file of a backup: a tar in gzip, whose last member says what the others are.

    media/covers/….jpg      the covers, as MEDIA_ROOT has them
    database.sqlite3        or database.dump, as pg_dump writes it
    manifest.json           see `manifest`

`tar xzf` opens it, should there be no Marquee at hand. Nothing in here ever unpacks by the names that an archive gives:
each member is asked for by a name that the manifest has, and written by us.
"""

import gzip
import io
import os
import re
import tarfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, NamedTuple

from config.backups import Refused
from rest.private_files import FILE_MODE

Advance = Callable[[int], object]  # hears of each so many bytes

MANIFEST, MEDIA = "manifest.json", "media/"
COVER = re.compile(r"media/(?:[\w-][\w.-]*/)*[\w-][\w.-]*")  # nothing absolute, hidden or above
MOST_MANIFEST = 1_000_000_000  # bytes: of some millions of covers
FASTEST = 1  # level of compression: covers are compressed already, and nobody shall wait for the rest
BLOCK = 1 << 20
UNREADABLE = (tarfile.TarError, OSError, EOFError, zlib.error, ValueError)


class Facts(NamedTuple):
    """What the manifest says of a member."""

    sha256: str
    bytes: int


class Hashed:
    """A file that is read once, from its beginning to its end."""

    def __init__(self, file: "IO[bytes] | Unpacked", advance: Advance) -> None:
        self.file, self.advance = file, advance
        self.digest, self.bytes = sha256(), 0

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.digest.update(data)
        self.bytes += len(data)
        self.advance(len(data))
        return data

    def facts(self) -> Facts:
        return Facts(self.digest.hexdigest(), self.bytes)


class Unpacked:
    """A member's content. What is wrong with the archive is found out while it is read."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path, self.file = path, file

    def read(self, size: int = -1) -> bytes:
        try:
            return self.file.read(size)
        except UNREADABLE as error:
            raise damaged(self.path, error) from error


def damaged(path: Path, error: Exception) -> Refused:
    return Refused(f"{path} is damaged, cut, or no backup of Marquee: {error}")


class Writer:
    """A backup that is being written; `facts` are those of its members so far."""

    def __init__(self, tar: tarfile.TarFile, advance: Advance) -> None:
        self.tar, self.advance = tar, advance
        self.facts: dict[str, Facts] = {}

    def add(self, name: str, path: Path) -> None:
        """Adds a file. Raises FileNotFoundError where it is none, and has then added nothing."""
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            hashed = Hashed(file, self.advance)
            self.tar.addfile(member(name, about.st_size, about.st_mtime), hashed)
        self.facts[name] = hashed.facts()

    def add_text(self, name: str, text: str) -> None:
        content = text.encode()
        self.tar.addfile(member(name, len(content), time.time()), io.BytesIO(content))


def member(name: str, size: int, changed: float) -> tarfile.TarInfo:
    """A plain file of nobody's."""
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, int(changed), FILE_MODE
    return info


@contextmanager
def writing(path: Path, advance: Advance) -> Iterator[Writer]:
    """A new archive at `path`, which is on the disk when the block has ended."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with open(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=FASTEST) as tar:
            yield Writer(tar, advance)
        file.flush()
        os.fsync(file.fileno())


def members(path: Path, advance: Advance) -> Iterator[tuple[str, Hashed]]:
    """Name and content of each member, in their order. Raises Refused for what is damaged or is no such archive.

    `advance` hears of the bytes of the file itself, not of what they unpack to.
    """
    try:
        with path.open("rb") as file, gzip.GzipFile(fileobj=file) as unpacked:
            with tarfile.open(fileobj=unpacked, mode="r|") as tar:
                done = 0
                for info in tar:
                    content = tar.extractfile(info) if info.isreg() else None
                    if content is None:
                        raise Refused(f"{path} is no backup of Marquee: {info.name!r} in it is no plain file.")
                    yield info.name, Hashed(Unpacked(path, content), lambda size: None)
                    advance(file.tell() - done)
                    done = file.tell()
            while unpacked.read(BLOCK):  # to the end, where gzip says whether all was there
                pass
    except UNREADABLE as error:
        raise damaged(path, error) from error


def write_out(content: Hashed, target: Path, mode: int) -> None:
    """Writes a member to a new file, which is on the disk then."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)  # whatever the umask is
        while block := content.read(BLOCK):
            file.write(block)
        file.flush()
        os.fsync(descriptor)
