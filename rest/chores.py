"""What has to be done now and then, by the worker beside the web server: cleaning, signs of life, backups.

An app registers its chores when Django starts (`AppConfig.ready`). `manage.py send_mail` does those that are due
between two looks at the outbox.
"""

import logging
import time
from collections.abc import Callable
from typing import NamedTuple

from django.db import InterfaceError, OperationalError

logger = logging.getLogger(__name__)


class Chore(NamedTuple):
    """`run` is called every `seconds`, and when the worker starts."""

    name: str
    seconds: float
    run: Callable[[], object]


CHORES: dict[str, Chore] = {}


def register(name: str, *, seconds: float, run: Callable[[], object]) -> None:
    CHORES[name] = Chore(name, seconds, run)


class Schedule:
    """When each chore is due, on the clock of this process. Each process that works through one does all of them."""

    def __init__(self) -> None:
        self.next_at: dict[str, float] = {}

    def work(self, should_stop: Callable[[], bool] = lambda: False) -> None:
        """Does what is due. A chore that fails is logged and due again after its time; it keeps no other from its turn.

        Failures of the database are raised: no other chore would succeed then.
        """
        for chore in CHORES.values():
            if should_stop():
                return
            if time.monotonic() >= self.next_at.get(chore.name, 0.0):
                self.do(chore)
                self.next_at[chore.name] = time.monotonic() + chore.seconds

    @staticmethod
    def do(chore: Chore) -> None:
        try:
            chore.run()
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("The chore %r failed.", chore.name)
