"""Making a backup while the installation is used."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils import timezone

from config.backups import Refused, archive, covers
from config.backups import folder as folders
from config.backups.archive import MANIFEST, Advance, Writer
from config.backups.databases import Database, current
from config.backups.manifest import (
    DATABASES,
    Manifest,
    applied_migrations,
    counter_of_this_host,
    fingerprint,
    row_counts,
)
from rest.database.snapshot import snapshot

TURN_SECONDS = 1.0  # between two looks at whether another host has finished
SNAPSHOTS = 5  # tried for one that all covers are there for


@dataclass(frozen=True)
class Made:
    path: Path
    manifest: Manifest
    taken_at: datetime

    @property
    def bytes(self) -> int:
        return self.path.stat().st_size


@dataclass(frozen=True)
class Snapshot:
    """What was read of one moment."""

    taken_at: datetime
    counts: dict[str, int]
    migrations: list[str]
    missing_covers: set[str]


def work() -> int:
    """Bytes that `make` will tell of, at the most: covers, the copy of the database, and that in the archive."""
    return covers.size() + 2 * current().size()


def make(folder: Path, advance: Advance = lambda size: None) -> Made:
    """Makes one in a folder that nobody else works in. Raises Refused, and leaves nothing behind where it fails."""
    database = current()
    about = database.about()
    require_room(folder, work())
    with TemporaryDirectory(prefix=folders.UNFINISHED, dir=folder) as name:
        unfinished, dump = Path(name) / "backup.tar.gz", Path(name) / DATABASES[about["vendor"]]
        with archive.writing(unfinished, advance) as writer:
            covers.add(writer, covers.named_by_movies())
            taken = take(database, writer, dump, advance)
            database.check_dump(dump)
            writer.add(dump.name, dump)
            stamp = taken.taken_at.isoformat()
            manifest = Manifest(
                taken_at=stamp,
                database=about,
                migrations=taken.migrations,
                counts=taken.counts,
                counter=counter_of_this_host(),
                secret_key=fingerprint(stamp),
                missing_covers=sorted(taken.missing_covers),
                files=writer.facts,
            )
            writer.add_text(MANIFEST, manifest.as_text())
        path = folder / folders.name_at(taken.taken_at)
        unfinished.rename(path)
    folders.write_through(folder)
    return Made(path, manifest, taken.taken_at)


def require_room(folder: Path, needed: int) -> None:
    """Raises Refused where the disk would be full before the end, which the server would feel, too."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Refused(f"{folder} has {free / 1e6:,.0f} MB left, and a backup may take {needed / 1e6:,.0f} MB.")


def take(database: Database, writer: Writer, dump: Path, advance: Advance) -> Snapshot:
    """Copies the database, as it is at a moment for which all its covers are in the archive.

    They have been added before, because a cover is deleted when a movie gets another one. What has come since is added
    at the beginning of the snapshot. Should one of these be gone already, there is another snapshot, in which the
    movie has the next one. What is missing twice was missing before.
    """
    missing: set[str] | None = None
    for attempt in range(SNAPSHOTS):
        with turn(database):
            taken_at = timezone.now()
            gone = covers.add(writer, covers.named_by_movies())
            if not gone or gone == missing or attempt == SNAPSHOTS - 1:
                database.dump(dump, advance)
                return Snapshot(taken_at, row_counts(), applied_migrations(), gone)
        missing = gone
    raise AssertionError("the last attempt returns")


@contextmanager
def turn(database: Database, pause: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """A snapshot in which no other host dumps the database."""
    while True:
        with snapshot():
            if database.wait_for_turn():
                yield
                return
        pause(TURN_SECONDS)
