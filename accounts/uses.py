"""When credentials were last used: noted while a request is answered, and written beside it.

A request that only reads would otherwise wait for its turn to write, and on SQLite for everybody else's. What a process
has noted and not written is lost with it; the next use is noted again.
"""

from threading import Lock

from django.utils import timezone

from accounts.models import PersonalToken, Session
from accounts.querysets import LAST_USED_PRECISION
from metrics.counter import counter

_noted: set[tuple[type[Session | PersonalToken], int]] = set()
_lock = Lock()


def note(credential: Session | PersonalToken) -> None:
    """Notes a use at most once in LAST_USED_PRECISION; writes it at once where no thread does so in the background."""
    last = credential.last_used_at
    if last is not None and timezone.now() - last <= LAST_USED_PRECISION:
        return
    with _lock:
        _noted.add((type(credential), credential.pk))
    if not counter.works_in_background:
        write()


def write() -> None:
    """Writes what is noted, a row at a time: so it holds no lock while it waits for another."""
    with _lock:
        noted = [*_noted]
        _noted.clear()
    for model, pk in noted:
        model.objects.touch(pk)
