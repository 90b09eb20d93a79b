"""What a drill is."""

from collections.abc import Callable
from dataclasses import dataclass, field

from drills.server import Server


@dataclass(frozen=True)
class Outcome:
    """What was measured, in words with its figures, and whether the promise holds."""

    figure: str
    holds: bool


@dataclass(frozen=True)
class Drill:
    """A promise, and what tries to break it.

    `run` attacks a server that has just been started with the demo catalogue and the settings in `env`. `without` are
    the settings that take the protection out: a drill that holds with them proves nothing.
    """

    name: str
    promise: str
    run: Callable[[Server], Outcome]
    without: dict[str, str]
    env: dict[str, str] = field(default_factory=dict)
