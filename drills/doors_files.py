"""What other users of the machine can read."""

import stat
from pathlib import Path

from drills.drill import Drill, Outcome
from drills.server import Server


def files_of_others(server: Server) -> Outcome:
    """Files and folders, after a few requests, that somebody else than their owner may read, change or enter."""
    for _ in range(20):
        server.answers()
    made = [path for path in Path(server.environment["VAR_DIR"]).rglob("*") if path != server.log]  # the drill's own
    readable = [path.name for path in made if stat.S_IMODE(path.lstat().st_mode) & 0o077]
    named = f" ({', '.join(sorted(readable)[:4])} …)" if readable else ""
    return Outcome(f"files readable by others: {len(readable)} of {len(made)}{named}", not readable)


FILES = Drill(
    "files",
    "Nobody but the server's user reads what it keeps.",
    files_of_others,
    without={"PRIVATE_FILES": "off"},
)
