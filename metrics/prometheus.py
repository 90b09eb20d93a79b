"""The text of `/metrics`: what all processes of this host have counted, and what is so now.

Its names follow Prometheus' conventions. docs/operations.md says what to make of them.
"""

import json
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from metrics import services
from metrics.cells import Reading, readings
from metrics.gauges import GAUGES
from metrics.measures import BOUNDS, COUNT, GAUGE, REQUESTS
from metrics.slots import DamagedFile
from rest.database.time_limit import TimeIsUp, time_limit

logger = logging.getLogger(__name__)

DATABASE_SECONDS = 2  # for all that the database is asked; Prometheus itself gives up after ten
# Gauges of each process, whose sum is shown: name → what is said of it.
OF_PROCESSES = {
    "in_progress": ("marquee_http_requests_in_progress", "Requests that are being answered."),
    "threads": ("marquee_server_threads", "Threads that answer requests; each may hold a database connection."),
    "waiting": ("marquee_server_requests_waiting", "Whole requests that wait for a thread."),
    "connections": ("marquee_server_connections", "Open connections of clients, idle ones included."),
    "db_connections": ("marquee_db_connections", "Open connections to the database."),
}


def text() -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Everything())
    return generate_latest(registry)


class Everything(Collector):
    def collect(self) -> Iterable[Metric]:
        found = readings(Path(settings.METRICS_DIR))
        yield from about_requests(found)
        yield from about_processes(found)
        yield from about_database()
        build = GaugeMetricFamily("marquee_build_info", "The version that answers.", labels=["version", "database"])
        build.add_metric([settings.VERSION, connection.vendor], 1)
        yield build


def sums(found: list[Reading], kind: str, *, of_the_living: bool = False) -> dict[tuple[str | int, ...], list[int]]:
    """The names of a kind, without it, and their cells' sums over the processes."""
    total: dict[tuple[str | int, ...], list[int]] = {}
    for reading in found:
        for text, cells in reading.counts.items():
            its_kind, *name = json.loads(text)
            if its_kind == kind and (reading.is_alive or not of_the_living):
                before = total.get(tuple(name), [0] * len(cells))
                total[tuple(name)] = [a + b for a, b in zip(before, cells, strict=True)]
    return total


def about_requests(found: list[Reading]) -> Iterator[Metric]:
    requests = CounterMetricFamily(
        "marquee_http_requests", "Answers, by the route's pattern.", labels=["method", "route", "status"]
    )
    durations = HistogramMetricFamily(
        "marquee_http_request_duration_seconds",
        "From the whole request to the answer, without the wait for a thread.",
        labels=["method", "route"],
    )
    by_route: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for (method, route, status), cells in sorted(sums(found, REQUESTS).items(), key=str):
        requests.add_metric([str(method), str(route), str(status)], sum(cells[:-1]))
        by_route[str(method), str(route)].update(dict(enumerate(cells)))
    bounds = [*map(floatToGoString, BOUNDS), "+Inf"]
    for labels, by_cell in by_route.items():
        counts = accumulate(by_cell[n] for n in range(len(bounds)))
        durations.add_metric([*labels], [*zip(bounds, counts, strict=True)], by_cell[len(bounds)] / 1_000_000)
    yield requests
    yield durations


def about_processes(found: list[Reading]) -> Iterator[Metric]:
    yield GaugeMetricFamily("marquee_workers", "Living server processes.", sum(one.is_alive for one in found))
    living = sums(found, GAUGE, of_the_living=True)
    for name, (shown, help) in OF_PROCESSES.items():
        if (name,) in living:
            yield GaugeMetricFamily(shown, help, living[name,][0])
    started = [one.counts[key][0] for one in found for key in one.counts if one.is_alive and is_start(key)]
    if started:
        yield GaugeMetricFamily(
            "marquee_worker_start_time_seconds", "When the youngest living worker began, in Unix time.", max(started)
        )
    counts = sums(found, COUNT)
    throttled = CounterMetricFamily("marquee_throttled", "Requests refused by a limit.", labels=["scope"])
    for what, (value,) in sorted(counts.items(), key=str):
        if what[0] == "throttled":
            throttled.add_metric([str(what[1])], value)
    yield throttled
    for name, help in (
        ("worker_starts", "Server processes that have begun to answer."),
        ("statements_slow", "Statements that took SLOW_STATEMENT_SECONDS or more."),
    ):
        yield CounterMetricFamily(f"marquee_{name}", help, counts.get((name,), [0])[0])


def is_start(name: bytes) -> bool:
    return bool(json.loads(name) == [GAUGE, "started_at"])


def about_database() -> Iterator[Metric]:
    """What only the database knows. Where it fails, that is left out, and `marquee_up` says so."""
    families: list[Metric] = []
    is_up = asked(lambda: families.extend(from_database()))
    up = GaugeMetricFamily("marquee_up", "Whether a part of the server works: 1 or 0.", labels=["component"])
    up.add_metric(["database"], is_up)
    yield up
    yield from families


def asked(question: Callable[[], None]) -> bool:
    """Whether the database has answered in time."""
    try:
        with time_limit(DATABASE_SECONDS):
            question()
    except (DatabaseError, TimeIsUp) as error:
        logger.warning("Metrics of the database are left out: %s: %s", type(error).__name__, error)
        return False
    return True


def from_database() -> Iterator[Metric]:
    try:
        counted = services.lifetime_requests()
    except (OSError, DamagedFile) as error:
        logger.warning("The request counter is left out of the metrics: %s: %s", type(error).__name__, error)
    else:
        yield CounterMetricFamily(
            "marquee_requests_counted", "All that the request counter has counted, over all hosts.", counted
        )
    for gauge in GAUGES.values():
        family = GaugeMetricFamily(gauge.name, gauge.help, labels=gauge.labels)
        for labels, value in gauge.read():
            family.add_metric([*labels], value)
        yield family
