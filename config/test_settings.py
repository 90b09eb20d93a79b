"""The settings of the tests: the real ones, with cheap password hashes and nothing written outside a scratch folder."""

import os
import tempfile
from pathlib import Path

SCRATCH = tempfile.TemporaryDirectory(prefix="marquee-test-", ignore_cleanup_errors=True)  # gone with the process
os.environ.setdefault("VAR_DIR", SCRATCH.name)
os.environ.setdefault("THROTTLING", "off")
os.environ.setdefault("READ_SECONDS", "60")  # a busy machine is no reason to fail
os.environ.setdefault("BACKUP_HOURS", "0")
os.environ.setdefault("COUNTER_WRITE_SECONDS", "0")  # no background thread with a connection of its own

from config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405

if DATABASES["default"]["ENGINE"] == "rest.database.sqlite":  # noqa: F405
    # A file, as in real life: threads that share a database in memory fail instead of waiting for each other.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(SCRATCH.name) / "test.sqlite3")}  # noqa: F405
