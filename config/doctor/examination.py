"""Runs the checks. None of them can hold up the doctor: what takes too long is left behind, in a thread of its own."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from django.db import DatabaseError, connections

from config.doctor import Finding, Verdict, database, host
from rest.database.commands import sentence

SECONDS = 10.0  # for each check


@dataclass(frozen=True)
class Check:
    name: str
    run: Callable[[], Finding]
    needs_database: bool = True
    when_late: Verdict = Verdict.UNKNOWN


@dataclass(frozen=True)
class Report:
    """What a check has found: the fields of the command's JSON."""

    name: str
    verdict: str
    said: str
    remedy: str
    seconds: float

    def as_json(self) -> dict[str, object]:
        return asdict(self)


CHECKS = [
    Check("database", database.reachable, needs_database=False, when_late=Verdict.WRONG),
    Check("migrations", database.migrations),
    Check("functions", database.functions),
    Check("writing", database.writing, when_late=Verdict.WRONG),
    Check("tallies", database.tallies),
    Check("clock", database.clock),
    Check("counter", database.counter),
    Check("outbox", database.outbox),
    Check("worker", database.worker),
    Check("backup", database.last_backup),
    Check("covers", database.covers),
    Check("mail server", host.mail_server, needs_database=False),
    Check("folders", host.folders, needs_database=False),
    Check("disk space", host.disk_space, needs_database=False),
    Check("permissions", host.permissions, needs_database=False),
    Check("settings", host.settings_in_force, needs_database=False),
]


def examine(seconds: float = SECONDS) -> Iterator[Report]:
    """A report for each check, in their order. Whatever needs the database is not tried where that cannot be used."""
    has_database = True
    for check in CHECKS:
        begun = time.monotonic()
        if check.needs_database and not has_database:
            finding = Finding(Verdict.UNKNOWN, "The database cannot be asked.")
        else:
            finding = limited(check, seconds)
        if check.run is database.reachable:
            has_database = finding.verdict == Verdict.OK
        yield Report(check.name, finding.verdict.value, finding.said, finding.remedy, time.monotonic() - begun)


def limited(check: Check, seconds: float) -> Finding:
    """What the check found, or that it took longer. Then its thread is left to itself, and ends with the process."""
    found: list[Finding] = []
    thread = threading.Thread(target=lambda: found.append(tried(check.run)), daemon=True)
    thread.start()
    thread.join(seconds)
    return found[0] if found else Finding(check.when_late, f"It took longer than {seconds:g} seconds.")


def tried(run: Callable[[], Finding]) -> Finding:
    try:
        return run()
    except DatabaseError as error:
        return Finding(Verdict.WRONG, f"The database failed: {sentence(error)}", "The database's log says more.")
    except Exception as error:  # the others are to be heard all the same
        return Finding(Verdict.UNKNOWN, f"The check itself failed: {type(error).__name__}: {error}")
    finally:
        connections.close_all()


def verdict_of(reports: list[Report]) -> Verdict:
    """The worst there is; that something could not be found out counts only where nothing is wrong."""
    found = {report.verdict for report in reports}
    return next(each for each in (Verdict.WRONG, Verdict.UNKNOWN, Verdict.WARNING, Verdict.OK) if each in found)
