"""A process that ends when its parent does, however that ends, so that nothing is left behind that holds the port."""

import ctypes
import os
import signal
import sys

SUPERVISOR = "MARQUEE_SUPERVISOR"  # in the environment of what config.server.supervisor starts: its process number
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def end_with_parent(parent: int) -> None:
    """Has the kernel send SIGTERM to this process when `parent` ends. Linux only: elsewhere nothing is done.

    gunicorn's workers look for their parent each second by themselves, wherever they run.
    """
    if not sys.platform.startswith("linux"):
        return
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:  # it ended before
        os.kill(os.getpid(), signal.SIGTERM)


def end_with_supervisor() -> None:
    """The same for what the supervisor started; whatever anybody else started goes on without its parent."""
    if parent := os.environ.get(SUPERVISOR):
        end_with_parent(int(parent))
