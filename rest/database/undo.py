"""What is written outside of the database, and has to go where the transaction that it belongs to is taken back."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import transaction


class Steps(threading.local):
    """What this thread would do if its transaction were taken back; None where nobody has begun one here."""

    taken: list[Callable[[], None]] | None = None


STEPS = Steps()


@contextmanager
def undoable() -> Iterator[None]:
    """A transaction around whole requests. Where it is taken back, what `on_rollback()` was told is done."""
    if STEPS.taken is not None:
        with transaction.atomic():
            yield
        return
    STEPS.taken, is_kept = [], False
    try:
        with transaction.atomic():
            yield
            is_wanted = not transaction.get_rollback()
        is_kept = is_wanted
    finally:
        steps, STEPS.taken = STEPS.taken, None
        for step in [] if is_kept else reversed(steps):
            step()


def on_rollback(step: Callable[[], None]) -> None:
    """Does `step` if a transaction around the caller's own is taken back. The caller sees to its own itself."""
    if STEPS.taken is not None:
        STEPS.taken.append(step)
