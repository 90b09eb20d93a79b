"""What access lines and metrics cost: a list and a detail of the demo films, observed and not, in one process.

    .venv/bin/python -m benchmarks.observing [rounds] [requests a round]

Both run in short alternating rounds, so that whatever else the machine does meets both, and are measured in CPU time of
this process, the system's for the lines among it. The lines go into a pipe, as a supervisor would hold it.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="marquee-benchmark-")
os.environ["DATABASE_URL"] = f"sqlite:///{os.environ['VAR_DIR']}/benchmark.sqlite3"
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
TOKEN = os.environ["METRICS_TOKEN"] = "nobody-asks-for-them"
os.environ["ACCESS_LOG"] = "on"
os.environ["LOG_LEVEL"] = "WARNING"

import django

django.setup(set_prefix=False)

import logging
import logging.config

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command

from config import logs
from metrics.counter import counter
from metrics.observed import Observed
from rest.fast_path import FastPath

Application = Callable[..., Any]
ADDRESSES = {"list": "/api/v1/movies/", "detail": "/api/v1/movies/{}/"}


def environ(address: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": address,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "HTTP_USER_AGENT": "curl/8.5.0",
        "HTTP_ACCEPT": "*/*",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
    }


def microseconds(application: Application, address: str, requests: int) -> float:
    """CPU time of one request, over one round."""
    environs = [environ(address.format(1 + n % 200)) for n in range(requests)]
    began = time.process_time()
    for each in environs:
        application(each, ignore)
    return 1e6 * (time.process_time() - began) / requests


def ignore(status: str, headers: list[tuple[str, str]]) -> None:
    """A start_response that sends nothing."""
    if not status.startswith("200"):
        raise SystemExit(f"answered {status}")


def compare(title: str, plain: Application, address: str, rounds: int, requests: int) -> None:
    applications: dict[str, Application] = {"without": plain, "with": Observed(plain)}
    found: dict[str, list[float]] = {name: [] for name in applications}
    for number in range(rounds + 1):
        for name in list(applications) if number % 2 else list(applications)[::-1]:
            found[name].append(microseconds(applications[name], address, requests))
    without, observed = found["without"][1:], found["with"][1:]  # the first round warms up
    # What else the machine does makes a round slower and never quicker: so the quickest quarter tells.
    one, other = (statistics.quantiles(times, n=4)[0] for times in (without, observed))
    print(f"{title}: {one:.0f} µs without, {other - one:+.1f} µs with; rate with ÷ without {one / other:.3f}")


def use(format: str, access_log: bool, metrics: bool, lines: int) -> None:
    """Writes the access lines to the descriptor `lines`."""
    settings.ACCESS_LOG, settings.METRICS_TOKEN = access_log, TOKEN if metrics else ""
    logging.config.dictConfig(logs.configuration(format=format, level="WARNING"))
    for handler in logging.getLogger("marquee.access").handlers:
        if isinstance(handler, logs.AccessHandler):
            handler.descriptor = lines


CHOICES = {
    "metrics": ("line", False, True),
    "lines": ("line", True, False),
    "JSON lines": ("json", True, False),
    "metrics and JSON lines": ("json", True, True),
}


def main(rounds: int = 40, requests: int = 200) -> None:
    for command in ("migrate", "load_demo"):
        call_command(command, verbosity=0)
    counter.add()
    fast_path = FastPath(WSGIHandler())
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as reader:
        assert reader.stdin is not None
        for what, address in ADDRESSES.items():
            for title, choice in CHOICES.items():
                use(*choice, reader.stdin.fileno())
                compare(f"{what}, {title}", fast_path, address, rounds, requests)
        logging.shutdown()  # writes the last lines
    counter.stop()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
