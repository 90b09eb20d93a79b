"""What an app tells `/metrics` of its own: a number, or several by labels, looked up when somebody asks.

An app registers its gauges when Django starts (`AppConfig.ready`), as it does its chores. What is read must be cheap
whatever the tables hold: bounded, or by an index.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

Values = Iterable[tuple[tuple[str, ...], float]]  # the labels' values and the number


class Gauge(NamedTuple):
    """`read` may ask the database, and raise DatabaseError: then the gauge is left out."""

    name: str
    help: str
    labels: tuple[str, ...]
    read: Callable[[], Values]


GAUGES: dict[str, Gauge] = {}


def register(name: str, help: str, *, labels: tuple[str, ...] = (), read: Callable[[], Values]) -> None:
    GAUGES[name] = Gauge(name, help, labels, read)
