"""The doctor in a process of its own, which a server can end, whatever its checks hang at.

One of them must not run in a server's process at all: it opens the counter's file. What is shown is what the command
shows, because it is the command.
"""

import json
import subprocess
import sys
import threading
from typing import Any

from django.conf import settings

CHECK_SECONDS, SECONDS = 3, 30  # for each check, and for all of them
ONE = threading.Lock()  # at a time, of each process of the server


class NoAnswer(Exception):
    """There is nothing to show, and the sentence says why."""


def examined() -> list[dict[str, Any]]:
    """What each check has found, as `examination.Report` says it. Raises NoAnswer."""
    if not ONE.acquire(blocking=False):
        raise NoAnswer("Somebody else has the installation examined right now. Open this page again.")
    try:
        return answer()
    finally:
        ONE.release()


def answer() -> list[dict[str, Any]]:
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "doctor", "--json", f"--seconds={CHECK_SECONDS}"]
    try:
        done = subprocess.run(  # noqa: S603
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=SECONDS
        )
        checks: list[dict[str, Any]] = json.loads(done.stdout)["checks"]
    except subprocess.TimeoutExpired as error:
        raise NoAnswer(f"The examination took longer than {SECONDS} seconds.") from error
    except ValueError as error:
        last = (done.stderr.strip().splitlines() or ["it did not say why"])[-1]
        raise NoAnswer(f"manage.py doctor failed: {last}") from error
    return checks
