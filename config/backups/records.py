"""What the database knows of backups, for the admin and for other hosts."""

import socket
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from config.backups.folder import taken_at, whole
from config.backups.making import Made
from metrics.models import Backup, CounterSource

State = Backup.State
MOST_PROBLEM = 1000  # characters


def begin(place: UUID, *, only_asked: bool) -> Backup | None:
    """The row of a backup that begins: the one that was asked for, else a new one; None where `only_asked` finds none.

    To be called by whoever has locked the folder: what was being made in it has ended then.
    """
    ended = "It was ended before it was whole."
    Backup.objects.in_state(State.RUNNING).filter(place=place).update(
        state=State.FAILED, problem=ended, ended_at=timezone.now()
    )
    about: dict[str, Any] = {"host": socket.gethostname()[:255], "place": place, "started_at": timezone.now()}
    claimed = Backup.objects.claim(**about)
    return claimed or (None if only_asked else Backup.objects.create(state=State.RUNNING, **about))


def succeeded(row: Backup, made: Made) -> None:
    row.state, row.ended_at, row.taken_at = State.KEPT, timezone.now(), made.taken_at
    row.path, row.bytes, row.counts = str(made.path), made.bytes, made.manifest.counts
    row.save()


def failed(row: Backup, problem: str) -> None:
    row.state, row.ended_at, row.problem = State.FAILED, timezone.now(), problem[:MOST_PROBLEM]
    row.save()
    Backup.objects.forget_oldest_failures()


def fail_asked(problem: str) -> None:
    """Says of the one that was asked for why nothing can even begin."""
    row = Backup.objects.claim(host=socket.gethostname()[:255], started_at=timezone.now())
    if row is not None:
        failed(row, problem)


@transaction.atomic
def agree(folder: Path, place: UUID) -> None:
    """Makes the rows of a folder those of the files in it, whatever people have moved there or away."""
    there = {str(path): path for path in whole(folder)}
    rows = Backup.objects.kept().filter(place=place)
    rows.exclude(path__in=there).delete()
    known = set(rows.values_list("path", flat=True))
    for name, path in there.items():
        if name not in known:
            about = path.stat()
            Backup.objects.create(
                state=State.KEPT, host=socket.gethostname()[:255], place=place, path=name, bytes=about.st_size,
                taken_at=taken_at(path), asked_at=taken_at(path), ended_at=taken_at(path),
            )  # fmt: skip


@transaction.atomic
def after_restoring(counter: dict[str, Any] | None) -> None:
    """What a restored database says that is not of this place.

    The requests that a host had counted and not reported are reported. Rows of backups are about other folders.
    """
    if counter is not None:
        CounterSource.objects.record(UUID(counter["source"]), int(counter["counted"]))
    Backup.objects.all().delete()
