"""What a process does beside answering, about once a second: nobody who asks waits for it.

An app registers its jobs when Django starts (`AppConfig.ready`). The thread that counts requests (metrics.counter) does
them. What every host needs once, and not each process, is a chore of the worker instead: `rest.chores`.
"""

import logging
from collections.abc import Callable

from django.db import connections

logger = logging.getLogger(__name__)

JOBS: dict[str, Callable[[], None]] = {}


def register(name: str, run: Callable[[], None]) -> None:
    JOBS[name] = run


def work() -> None:
    """Does every job. One that fails is logged and keeps no other from its turn."""
    for name, run in JOBS.items():
        try:
            run()
        except Exception:
            logger.exception("The job %r failed.", name)
            connections.close_all()
