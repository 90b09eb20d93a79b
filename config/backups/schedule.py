"""When the worker makes backups: where one is asked for, or the newest in BACKUP_DIR is older than BACKUP_HOURS.

Whether one is due is judged by what is there, so a worker that starts anew begins no further one. A backup is made by a
process of its own, because mail does not wait for it. The process ends with the worker; one that the worker could not
end, because it was killed, goes on to the end by itself.
"""

import atexit
import logging
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from config.backups import folder
from metrics.models import Backup

logger = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
FIRST_SECONDS = 60.0  # after the worker has started: what is starting has enough to do
AGAIN_SECONDS = 3600.0  # after a failure
ASKED_AGAIN_SECONDS = 60.0  # the same, where one is asked for


def is_due(where: Path) -> bool:
    """Whether the newest backup there is older than BACKUP_HOURS."""
    if not settings.BACKUP_HOURS:
        return False
    newest = next(iter(folder.whole(where)), None)
    return newest is None or timezone.now() - folder.taken_at(newest) >= timedelta(hours=settings.BACKUP_HOURS)


class Keeper:
    """What a worker knows of its backups."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.scheduled_from = time.monotonic() + FIRST_SECONDS
        self.asked_from = time.monotonic()

    def look(self) -> None:
        """To be called now and then: begins what is due, unless one is being made, and says how it ended."""
        if self.process is not None and self.process.poll() is not None:
            self.end(self.process.returncode)
        if self.process is None and self.is_wanted():
            self.begin()

    def is_wanted(self) -> bool:
        if time.monotonic() >= self.asked_from and Backup.objects.in_state(Backup.State.ASKED).exists():
            return True
        return time.monotonic() >= self.scheduled_from and is_due(Path(settings.BACKUP_DIR))

    def begin(self) -> None:
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "backup", "--if-due", "--verbosity=0"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603

    def end(self, status: int) -> None:
        self.process = None
        if status in (0, 1):
            newest = next(iter(folder.whole(Path(settings.BACKUP_DIR))), None)
            logger.info("The backups are up to date; the newest here is %s.", newest)
        else:
            logger.error("The backup failed with status %s; it is tried again in an hour.", status)
            self.scheduled_from = time.monotonic() + AGAIN_SECONDS
            self.asked_from = time.monotonic() + ASKED_AGAIN_SECONDS

    def stop(self) -> None:
        """Ends a backup that is being made, with everything put in order."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()


KEEPER = Keeper()
atexit.register(KEEPER.stop)
