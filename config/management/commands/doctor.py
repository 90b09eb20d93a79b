"""`manage.py doctor`: what is wrong with this installation."""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from config.doctor import Verdict
from config.doctor.examination import SECONDS, Report, examine, verdict_of
from rest.database.commands import FAILURE, INTERRUPTED, NOT_ALL

STATUSES = {Verdict.OK: 0, Verdict.WARNING: 0, Verdict.WRONG: NOT_ALL, Verdict.UNKNOWN: FAILURE}


class Command(BaseCommand):
    help = (
        "Looks at the database, migrations, functions, counts, clock, mail, worker, backups, folders, disk space, "
        "permissions and settings, and changes nothing. Exits 0 when nothing is wrong (there may be warnings), 1 when "
        "something is, and 2 when something could not be found out."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for machines: verdict, and what each check has found")
        parser.add_argument("--seconds", type=float, default=SECONDS, help="limit for each check (%(default)g)")

    def handle(self, *args: Any, **options: Any) -> None:
        reports = []
        try:
            for report in examine(options["seconds"]):
                reports.append(report)
                if not options["json"]:
                    self.tell(report)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        verdict = verdict_of(reports)
        if options["json"]:
            checks = [report.as_json() for report in reports]
            self.stdout.write(json.dumps({"verdict": verdict.value, "checks": checks}))
        else:
            counted = Counter(report.verdict for report in reports)
            told = ", ".join(f"{count} {each.value}" for each in Verdict if (count := counted[each.value]))
            self.stdout.write(f"{len(reports)} checks: {told}.")
        if status := STATUSES[verdict]:
            sys.exit(status)

    def tell(self, report: Report) -> None:
        style = {
            Verdict.OK: self.style.SUCCESS,
            Verdict.WARNING: self.style.WARNING,
        }.get(Verdict(report.verdict), self.style.ERROR)
        self.stdout.write(f"{style(f'{report.verdict.upper():8}')} {report.name:12} {report.said}")
        if report.remedy:
            self.stdout.write(f"{'':21} → {report.remedy}")
