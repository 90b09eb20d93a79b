"""Loaded by each Python process of a drill's server: its clock goes as the file `DRILL_CLOCK` says, in seconds."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

LOOK_SECONDS = 0.1


def follow() -> None:
    """Sets the clock of this process, wall clock only: time.monotonic() goes on as it did."""
    file, set_to = Path(os.environ["DRILL_CLOCK"]), 0
    while not set_to:
        set_to = int(file.read_text())
        time.sleep(LOOK_SECONDS)
    time_machine.travel(datetime.now(UTC) + timedelta(seconds=set_to)).start()


def begin() -> None:
    threading.Thread(target=follow, daemon=True).start()


if "DRILL_CLOCK" in os.environ:
    begin()
    os.register_at_fork(after_in_child=begin)
