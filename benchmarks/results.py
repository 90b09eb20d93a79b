"""What was measured of one database at one size, and what it is beside what others did in the same rounds."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field, fields

from benchmarks.load import Measurement
from benchmarks.scenarios import SCENARIOS

NONE = "–"
Value = Callable[[Measurement], float]


def answers_for_cpu(measurement: Measurement) -> float:
    """Answers for a second of CPU."""
    return 1000 / measurement.cpu if measurement.cpu else 0


def answers_in_time(measurement: Measurement) -> float:
    """Answers in a second of time."""
    return measurement.rate


def median(measurements: list[Measurement]) -> Measurement:
    """Of each figure by itself."""
    values = {
        each.name: float(statistics.median(getattr(one, each.name) for one in measurements))
        for each in fields(Measurement)
    }
    return Measurement(**values)


@dataclass
class Results:
    database: str
    version: str
    size: int  # movies
    # Scenario and contestant, a measurement a round; None: no answer in time. One that is not quick has one round.
    rounds: dict[tuple[str, str], list[Measurement] | None] = field(default_factory=dict)
    void: dict[tuple[str, str], str] = field(default_factory=dict)  # which errors were among the answers
    # Scenario, contestant and number of connections; None: with errors among the answers.
    levels: dict[tuple[str, str, int], Measurement | None] = field(default_factory=dict)
    memory: dict[str, int] = field(default_factory=dict)  # bytes at most, by contestant
    synchronous: dict[str, str] = field(default_factory=dict)  # how writes reach the disk, by contestant

    def is_void(self) -> bool:
        return bool(self.void) or None in self.levels.values()

    def figure(self, scenario: str, contestant: str) -> Measurement | None:
        """The median of the rounds."""
        measurements = self.rounds.get((scenario, contestant))
        return median(measurements) if measurements else None

    def rate(self, scenario: str, contestant: str) -> float | None:
        figure = self.figure(scenario, contestant)
        return figure.rate if figure else None

    def names(self) -> list[str]:
        """The names of the scenarios that were measured, in their order."""
        asked = {scenario for scenario, _ in [*self.rounds, *self.void]}
        return [scenario.name for scenario in SCENARIOS if scenario.name in asked]

    def takes_part(self, contestant: str) -> bool:
        return any(name == contestant for _, name in [*self.rounds, *self.void])

    def ratios(self, scenario: str, one: str, other: str, value: Value) -> list[float]:
        """`one` ÷ `other`, a ratio a round; empty where one of the two was not measured."""
        pair = [self.rounds.get((scenario, name)) or [] for name in (one, other)]
        rounds = max(map(len, pair))
        mine, its = (values * rounds if len(values) == 1 else values for values in pair)
        return [value(a) / value(b) for a, b in zip(mine, its, strict=False) if value(b)]


def number(value: float | None, digits: int = 2) -> str:
    if value is None:
        return NONE
    return f"{value:,.0f}" if value >= 100 else f"{value:,.{digits}f}"


def ratio(one: float | None, other: float | None) -> str:
    return NONE if not one or not other else number(one / other)


def spread(ratios: list[float]) -> str:
    """The median, and from two rounds on the lowest and the highest."""
    if not ratios:
        return NONE
    middle = number(statistics.median(ratios))
    return middle if len(ratios) == 1 else f"{middle} ({number(min(ratios))}–{number(max(ratios))})"
