"""What counting costs: a bare view through Django's whole middleware chain, with the request counter and without.

    python benchmarks/counter.py [rounds] [requests a round]

Both chains run in the same process, in short alternating rounds, so that whatever else the machine does meets both.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="marquee-benchmark-")
os.environ["DATABASE_URL"] = f"sqlite:///{os.environ['VAR_DIR']}/benchmark.sqlite3"
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

import django

django.setup()

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from metrics import middleware
from metrics.counter import counter
from rest.fast_path import FastPath

COUNTER = "metrics.middleware.RequestCounterMiddleware"


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"{}", content_type="application/json")


urlpatterns = [path("bare", bare)]


def handler(middleware: list[str]) -> WSGIHandler:
    with override_settings(MIDDLEWARE=middleware):
        return WSGIHandler()


def environ(address: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": address,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
    }


def rate(application: Callable[..., Any], address: str, requests: int) -> float:
    """Requests a second over one round."""
    environs = [environ(address) for _ in range(requests)]
    began = time.perf_counter()
    for each in environs:
        response = application(each, ignore)
        if isinstance(response, HttpResponse):
            response.close()
    return requests / (time.perf_counter() - began)


def ignore(status: str, headers: list[tuple[str, str]]) -> None:
    """A start_response that sends nothing."""


def microseconds(function: Callable[[], None], times: int = 1_000_000) -> float:
    began = time.perf_counter()
    for _ in range(times):
        function()
    return (time.perf_counter() - began) * 1e6 / times


class Silent:
    """Counts nothing."""

    def add(self) -> None:
        pass


class CountedFastPath:
    """The fast path with a counter of our choice."""

    def __init__(self, counting: Any) -> None:
        self.counting, self.fast_path = counting, FastPath(WSGIHandler())

    def __call__(self, each: dict[str, Any], start_response: Callable[..., None]) -> Any:
        vars(middleware)["counter"] = self.counting
        return self.fast_path(each, start_response)


def compare(title: str, chains: Mapping[str, Callable[..., Any]], address: str, rounds: int, requests: int) -> None:
    """`chains` are "without" the counter and "with" it."""
    rates: dict[str, list[float]] = {name: [] for name in chains}
    for number in range(rounds + 1):
        order = list(chains) if number % 2 else list(chains)[::-1]
        for name in order:
            rates[name].append(rate(chains[name], address, requests))
    medians = {name: statistics.median(values[1:]) for name, values in rates.items()}  # the first round warms up
    ratio = statistics.median(b / a for a, b in zip(rates["without"][1:], rates["with"][1:], strict=True))
    print(f"{title}: {medians['without']:,.0f}/s without, {medians['with']:,.0f}/s with, ratio {ratio:.3f}")


def main(rounds: int = 40, requests: int = 1000) -> None:
    call_command("migrate", verbosity=0)
    counter.add()
    print(f"counting into {counter.live()[0]}, written each second by the background thread")
    fast = {"without": CountedFastPath(Silent()), "with": CountedFastPath(counter)}
    compare("the fast path, an empty ranking", fast, "/api/v1/movies/newest/", rounds, requests)
    others = [name for name in settings.MIDDLEWARE if name != COUNTER]
    with override_settings(ROOT_URLCONF=__name__):
        whole = {"without": handler(others), "with": handler(settings.MIDDLEWARE)}
        compare("the whole middleware chain", whole, "/bare", rounds, requests)
        compare("no other middleware", {"without": handler([]), "with": handler([COUNTER])}, "/bare", rounds, requests)
    print(f"one increment: {microseconds(counter.add):.2f} µs")
    counter.stop()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
