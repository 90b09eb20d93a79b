"""Marquee's settings, and an application that raises instead of answering."""

from collections.abc import Iterable
from typing import Any

import config.wsgi  # noqa: F401 - sets Django up


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    raise RuntimeError("no answer")
