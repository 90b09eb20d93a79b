"""Security events: one line each in the log of `marquee.security`, without any secret.

A line is the event's name and `key=value` pairs. Values are JSON, so that nothing that a client sent can begin a line
of its own or pass for another key.
"""

import json
import logging
from typing import Any

from django.http import HttpRequest

from accounts.models import User
from metrics.addresses import client_address

logger = logging.getLogger("marquee.security")


def record(event: str, *, user: User | None = None, request: HttpRequest | None = None, **facts: Any) -> None:
    """Logs `event` ("login_failed") about the account `user`, which came with `request`."""
    about = {
        **({"user": user.pk} if user is not None else {}),
        **({"address": client_address(request)} if request is not None else {}),
        **facts,
    }
    logger.info("%s %s", event, " ".join(f"{name}={json.dumps(value, default=str)}" for name, value in about.items()))
