"""What is over is deleted now and then, by whoever comes by: nothing has to be scheduled."""

import time
from collections.abc import Callable
from typing import Any

EVERY_SECONDS = 600


class Cleaning:
    """Calls `clean()` at most every EVERY_SECONDS in each process."""

    def __init__(self, clean: Callable[[], Any]) -> None:
        self.clean, self.due = clean, 0.0

    def now_and_then(self) -> None:
        if time.monotonic() >= self.due:
            self.due = time.monotonic() + EVERY_SECONDS
            self.clean()
