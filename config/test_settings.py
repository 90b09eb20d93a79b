"""The settings of the tests: the real ones, with cheap password hashes and nothing written outside a scratch folder."""

import os
import tempfile

os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="marquee-test-"))
os.environ.setdefault("THROTTLING", "off")
os.environ.setdefault("COUNTER_WRITE_SECONDS", "0")  # no background thread with a connection of its own

from config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, as in real life: threads that share a database in memory fail instead of waiting for each other.
    DATABASES["default"]["TEST"] = {"NAME": tempfile.mkdtemp(prefix="marquee-test-") + "/test.sqlite3"}  # noqa: F405
