"""The folder of backups: which files in it are whole, and who may work in it.

A file gets its name when it is whole and on the disk. Until then it is in a folder of its own, whose name begins with
UNFINISHED, and whatever is left of one is removed by the next.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from config.backups import Refused
from rest.private_files import FILE_MODE, FOLDER_MODE

WHOLE = re.compile(r"marquee-(\d{8}T\d{6}\.\d{3})Z\.tar\.gz")
UNFINISHED = ".unfinished-"
PLACE = ".place"  # is locked by whoever works in the folder, and holds the folder's random name
MOMENT = "%Y%m%dT%H%M%S.%f"


class Busy(Refused):
    """Another process works in the folder."""


def name_at(moment: datetime) -> str:
    """What a backup of that moment is called, to the millisecond."""
    return f"marquee-{moment.astimezone(UTC).strftime(MOMENT)[:-3]}Z.tar.gz"


def taken_at(path: Path) -> datetime:
    """The moment that a whole backup holds, by its name."""
    found = WHOLE.fullmatch(path.name)
    if not found:
        raise ValueError(f"{path.name} is no name of a backup")
    return datetime.strptime(f"{found[1]}000", MOMENT).replace(tzinfo=UTC)


def whole(folder: Path) -> list[Path]:
    """The whole backups, the newest first. No folder has none."""
    if not folder.is_dir():
        return []
    return sorted((path for path in folder.iterdir() if is_whole(path)), reverse=True)


def is_whole(path: Path) -> bool:
    try:
        taken_at(path)
    except ValueError:
        return False
    return path.is_file()


@contextmanager
def alone(folder: Path) -> Iterator[UUID]:
    """Makes the folder where there is none, and gives its random name. Raises Busy where another process is in it."""
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    descriptor = os.open(folder / PLACE, os.O_RDWR | os.O_CREAT, FILE_MODE)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(f"Another backup is being made in {folder}.") from error
        clear(folder)
        yield place_of(folder) or named(descriptor)
    finally:
        os.close(descriptor)


def named(descriptor: int) -> UUID:
    place = uuid4()
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(place).encode(), 0)
    return place


def place_of(folder: Path) -> UUID | None:
    """The folder's random name; None where no backup was ever made."""
    try:
        return UUID((folder / PLACE).read_text())
    except (FileNotFoundError, ValueError):
        return None


def clear(folder: Path) -> None:
    """Removes what backups that were killed have left."""
    for path in folder.glob(f"{UNFINISHED}*"):
        shutil.rmtree(path)


def remove_old(folder: Path, *, keep: int) -> list[Path]:
    """Removes all but the `keep` newest whole ones, and nothing else; those that it has removed."""
    old = whole(folder)[keep:]
    for path in old:
        path.unlink(missing_ok=True)
    return old


def write_through(folder: Path) -> None:
    """Returns when the names in the folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
