"""What is wrong with this installation: small checks, each of which says one thing and changes nothing.

`examination` runs them with a limit of time for each, and `manage.py doctor` prints what they found. The admin's page
of the installation shows what that command has printed: `process`.
"""

from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"  # it works, and somebody should look at it
    WRONG = "wrong"
    UNKNOWN = "unknown"  # it could not be found out


class Finding(NamedTuple):
    """A verdict, a sentence with the figure, and what to do where something is to be done."""

    verdict: Verdict
    said: str
    remedy: str = ""


def ok(said: str) -> Finding:
    return Finding(Verdict.OK, said)


def warning(said: str, remedy: str) -> Finding:
    return Finding(Verdict.WARNING, said, remedy)


def wrong(said: str, remedy: str) -> Finding:
    return Finding(Verdict.WRONG, said, remedy)
