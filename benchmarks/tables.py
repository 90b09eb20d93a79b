"""The figures as tables in Markdown."""

from benchmarks.load import Measurement
from benchmarks.results import NONE, Results, Value, answers_for_cpu, answers_in_time, number, ratio, spread
from benchmarks.scenarios import BASELINE, EVERYBODY, OBSERVED, POCKETBASE, SCENARIOS, SILENT, WSGI_FLOOR

OTHERS = ("floor", WSGI_FLOOR, POCKETBASE, "fastapi", "textbook", BASELINE)
TITLES = {"fastapi": "FastAPI", POCKETBASE: "PocketBase", WSGI_FLOOR: "WSGI floor"}
ERROR = "error"


def table(head: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[n]) for row in [head, *rows]) for n in range(len(head))]

    def line(cells: list[str]) -> str:
        padded = [
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return f"| {' | '.join(padded)} |"

    rule = [("-" * (width - 1) + ("-" if n == 0 else ":")) for n, width in enumerate(widths)]
    return "\n".join([line(head), line(rule), *map(line, rows)])


def title(contestant: str) -> str:
    return TITLES.get(contestant, contestant)


def others(results: Results) -> list[str]:
    """Whom Marquee is compared with here."""
    return [name for name in OTHERS if results.takes_part(name)]


def ratio_table(results: Results) -> str:
    """What the CPU gives comes first: it depends less on what else the machine does than rates do."""
    values: dict[str, Value] = {"CPU": answers_for_cpu, "rate": answers_in_time}
    beside = others(results)
    rows = [
        [name, *(ratio_cell(results, name, other, value) for value in values.values() for other in beside)]
        for name in results.names()
    ]
    return table(["scenario", *(f"{what} ÷ {title(other)}" for what in values for other in beside)], rows)


def ratio_cell(results: Results, scenario: str, other: str, value: Value) -> str:
    if {(scenario, "marquee"), (scenario, other)} & results.void.keys():
        return ERROR
    return spread(results.ratios(scenario, "marquee", other, value))


def marquee_table(results: Results) -> str:
    own = {scenario.name: scenario.own for scenario in SCENARIOS}
    rows = []
    for name in results.names():
        figure = results.figure(name, "marquee")
        values = (figure.rate, figure.p50, figure.p99, figure.cpu) if figure else (None,) * 4
        is_void = (name, "marquee") in results.void
        cells = [ERROR] * 4 if is_void else [number(value) for value in values]
        rows.append([name, *cells, *beside_own(results, name, own[name])])
    return table(["scenario", "rate/s", "p50 ms", "p99 ms", "CPU ms", "÷ own plain", "by bytes"], rows)


def beside_own(results: Results, scenario: str, plain: str) -> list[str]:
    """How many answers, and how many bytes, Marquee gives in the time of the scenario that this one is compared with."""
    one, other = results.figure(scenario, "marquee"), results.figure(plain, "marquee")
    if not one or not other:
        return [NONE, NONE]
    return [ratio(one.rate, other.rate), ratio(one.rate * one.size, other.rate * other.size)]


def everybody_table(results: Results) -> str:
    everybody = ["marquee", *others(results)]
    rows = [[name, *(cell for each in everybody for cell in pair(results, name, each))] for name in results.names()]
    return table(["scenario", *(text for name in everybody for text in (f"{title(name)} /s", "CPU ms"))], rows)


def pair(results: Results, scenario: str, contestant: str) -> list[str]:
    """Rate and CPU of a contestant."""
    key = scenario, contestant
    figure = results.figure(*key)
    late = key in results.rounds and results.rounds[key] is None
    rate = ERROR if key in results.void else "too slow" if late else number(figure.rate if figure else None)
    return [rate, number(figure.cpu if figure else None)]


def levels_table(results: Results) -> str:
    """The same with more and with fewer connections, and how far the slowest answers are from the usual ones."""
    head = ["scenario, connections", "contestant", "rate/s", "p50 ms", "p99 ms", "p99 ÷ p50", "CPU ms"]
    rows = [
        [f"{scenario}, {connections}", title(contestant), *level_cells(measurement)]
        for (scenario, contestant, connections), measurement in results.levels.items()
    ]
    return table(head, rows)


def level_cells(measurement: Measurement | None) -> list[str]:
    if measurement is None:
        return [ERROR, *[NONE] * 4]
    values = measurement.rate, measurement.p50, measurement.p99
    return [*map(number, values), ratio(measurement.p99, measurement.p50), number(measurement.cpu)]


def growth_table(small: Results, large: Results) -> str:
    rows = [
        [name, *(ratio(small.rate(name, contestant), large.rate(name, contestant)) for contestant in EVERYBODY)]
        for name in large.names()
    ]
    return table([f"rate at {small.size:,} ÷ rate at {large.size:,}", *map(title, EVERYBODY)], rows)


def seeing_table(every: list[Results]) -> str:
    rows = []
    for results in every:
        for scenario in results.names():
            off, on = (results.figure(scenario, name) for name in (SILENT, OBSERVED))
            if off and on:
                costs = spread(results.ratios(scenario, OBSERVED, SILENT, answers_in_time))
                cells = [number(off.rate), number(on.rate), costs, number(off.cpu), number(on.cpu)]
                rows.append([f"{results.database}, {results.size:,}, {scenario}", *cells])
    return table(["", "off /s", "on /s", "on ÷ off", "off CPU ms", "on CPU ms"], rows) if rows else ""


def memory_table(every: list[Results]) -> str:
    everybody = [*EVERYBODY, POCKETBASE]
    rows = [
        [f"{results.database}, {results.size:,}", *(megabytes(results.memory.get(name)) for name in everybody)]
        for results in every
    ]
    return table(["peak MB", *map(title, everybody)], rows)


def megabytes(size: int | None) -> str:
    return NONE if size is None else f"{size / 1e6:,.0f}"
