"""What all drills of a run have shown, in one table: `python -m drills.table RESULTS`.

RESULTS is the file that drills on each database have added their lines to: an object of JSON for each drill.
"""

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

HEAD = ("drill", "database", "protected", "without", "seconds", "figure")


@dataclass(frozen=True)
class Result:
    """One drill on one database. `without` is None where nobody tried whether it can fail.

    A drill that could not be tried at all, say for want of writes, has a `problem`: it has shown nothing.
    """

    drill: str
    database: str
    holds: bool
    without: bool | None
    seconds: float
    figure: str
    problem: str = ""

    @property
    def passed(self) -> bool:
        return self.holds and self.without is not True and not self.problem

    @property
    def cells(self) -> tuple[str, ...]:
        protected = "holds" if self.holds else "FAILS"
        without = {None: "not tried", False: "fails", True: "HOLDS"}[self.without]
        figure = f"NOT TRIED: {self.problem}" if self.problem else self.figure
        return self.drill, self.database, protected, without, f"{self.seconds:.0f}", figure

    def add_to(self, file: Path) -> None:
        with file.open("a") as results:
            results.write(json.dumps(asdict(self)) + "\n")


def read(file: Path) -> list[Result]:
    return [Result(**json.loads(line)) for line in file.read_text().splitlines()]


def drawn(results: list[Result]) -> str:
    """A line for each drill, its columns below each other, and one that counts those that passed."""
    rows = [HEAD, *(result.cells for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD) - 1)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]) for row in rows
    ]
    passed = sum(result.passed for result in results)
    return "\n".join([*lines, f"{passed} of {len(results)} drills passed."])


if __name__ == "__main__":
    print(drawn(read(Path(sys.argv[1]))))
