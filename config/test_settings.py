"""The settings of the tests: the real ones, with cheap password hashes and nothing written outside a scratch folder."""

import os
import tempfile

os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="marquee-test-"))
os.environ.setdefault("THROTTLING", "off")

from config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
