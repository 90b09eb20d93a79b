"""What a read may cost: a time limit, a share of the threads, and whoever counts it.

Most reads are cheap by design, and have none of this. Those that may be slow (filters, free orders, far pages) are read
in `costly_read()`.
"""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.dispatch import Signal
from rest_framework.request import Request

from rest.database.time_limit import TimeIsUp, time_limit
from rest.exceptions import Busy, ReadTooSlow
from rest.layers import BEGUN

WAIT_SECONDS = 1.0  # at most
# A read that has taken longer is slow. A full machine holds up quick ones for 0.1; 0.2 fails the drill of slow reads.
SLOW_SECONDS = 0.15

# Sent with `request` before such a read, and with `request` and `seconds` after it. Whoever limits a caller by what its
# reads cost raises Throttled before.
read_begins, read_ended = Signal(), Signal()


class Share:
    """At most `places` threads of this process read at a time; with 0 places there is no limit.

    Whoever finds no place waits, because most reads take milliseconds. But where half of the places are held by slow
    ones, nobody waits: a thread that waits is one fewer for everybody else.
    """

    def __init__(self, places: int) -> None:
        self.places = places
        self.readers: dict[int, float] = {}  # thread → since when, on time.monotonic()'s clock
        self.changed = threading.Condition()

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Raises Busy (503) where no place comes free in time."""
        if not self.places:
            yield
            return
        self.take()
        try:
            yield
        finally:
            self.leave()

    def take(self) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        with self.changed:
            while len(self.readers) >= self.places:
                if time.monotonic() >= deadline or self.is_held():
                    raise Busy
                self.changed.wait(SLOW_SECONDS)
            self.readers[threading.get_ident()] = time.monotonic()

    def leave(self) -> None:
        with self.changed:
            del self.readers[threading.get_ident()]
            self.changed.notify()

    def is_held(self) -> bool:
        now = time.monotonic()
        return 2 * sum(now - since > SLOW_SECONDS for since in self.readers.values()) >= self.places


SHARE = Share(settings.READ_PLACES)


@contextmanager
def costly_read(request: Request, parameters: Iterable[str] = ()) -> Iterator[None]:
    """Reads within the limits. Raises Throttled (429), Busy or ReadTooSlow (503), which names the `parameters`.

    The full stack begins anew where the fast path was refused. It is then refused at once, and nothing is read twice.
    """
    shared = request.META.setdefault(BEGUN, {})  # on the fast path and behind it the same
    if refusal := shared.get(costly_read):
        raise refusal
    try:
        read_begins.send(sender=costly_read, request=request)
        with SHARE.enter(), counted(request):
            yield
    except TimeIsUp as error:
        shared[costly_read] = ReadTooSlow(settings.READ_SECONDS, list(parameters))
        raise shared[costly_read] from error
    except Busy as refusal:
        shared[costly_read] = refusal
        raise


@contextmanager
def counted(request: Request) -> Iterator[None]:
    begun = time.monotonic()
    try:
        with time_limit(settings.READ_SECONDS):
            yield
    finally:
        read_ended.send(sender=costly_read, request=request, seconds=time.monotonic() - begun)
