"""What a drill is."""

from collections.abc import Callable
from dataclasses import dataclass, field

from drills.server import Server

BOTH = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Outcome:
    """What was measured, in words with its figures, and whether the promise holds."""

    figure: str
    holds: bool


@dataclass(frozen=True)
class Cut:
    """A line of a copy of the code: in the file `path`, `old` becomes `new`."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Drill:
    """A promise, and what tries to break it.

    `run` attacks a server that has just been started with the demo catalogue and the settings in `env`. `without` are
    the settings, or the lines of code, that take the protection out: a drill that holds with them proves nothing.
    `faults` make the code break at the worst moments, with the protection and without.
    A `supervised` server is the whole of `make run`: the supervisor, the server and the mail worker.
    """

    name: str
    promise: str
    run: Callable[[Server], Outcome]
    without: dict[str, str] | tuple[Cut, ...]
    env: dict[str, str] = field(default_factory=dict)
    faults: tuple[Cut, ...] = ()
    supervised: bool = False
    databases: tuple[str, ...] = BOTH

    @property
    def taken_out(self) -> str:
        """What `without` takes out, in words."""
        if isinstance(self.without, dict):
            return " ".join(f"{name}={value}" for name, value in self.without.items())
        return "; ".join(f"`{cut.old.strip()}` in {cut.path} turned into `{cut.new.strip()}`" for cut in self.without)
