"""The mail worker: `manage.py send_mail` runs beside the web server. Several can run at once."""

import logging
import signal
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, close_old_connections

from accounts import services
from accounts.outbox import postman
from accounts.outbox.cleaning import clean_up
from rest import chores
from rest.database.commands import check_usable, sentence, usable_database
from rest.parents import end_with_supervisor

logger = logging.getLogger(__name__)

MAX_PAUSE_SECONDS = 30.0
SIGNAL_CHECK_SECONDS = 0.2


class Command(BaseCommand):
    help = "Sends the mail in the outbox, as it falls due, until stopped by SIGTERM or SIGINT."

    is_stopping = False
    is_migrated = False
    failures = 0  # in a row

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schedule = chores.Schedule()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="Send what is due and end; fails if it cannot.")
        parser.add_argument("--interval", type=float, default=1.0, help="Seconds between two looks at the outbox.")

    def handle(self, *, once: bool, interval: float, **options: Any) -> None:
        if once:
            self.run_once()
        else:
            self.run_until_stopped(interval)

    def run_once(self) -> None:
        try:
            with usable_database():
                clean_up()
                services.answer_reset_requests()
                sent = postman.send_due()
        except postman.MailServerUnreachable as error:
            raise CommandError(f"The mail server cannot be reached; nothing is lost. {error}") from error
        self.stdout.write(f"{sent} mails sent.")

    def run_until_stopped(self, interval: float) -> None:
        end_with_supervisor()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        logger.info("The mail worker has started.")
        while not self.is_stopping:
            close_old_connections()
            self.work()
            self.sleep(min(interval * 2**self.failures, max(interval, MAX_PAUSE_SECONDS)))
        logger.info("The mail worker has ended.")

    def work(self) -> None:
        """Sends what is due. Whatever goes wrong is logged, and the worker goes on: it must be there afterwards."""
        try:
            self.check_database()
            self.schedule.work(should_stop=lambda: self.is_stopping)
            services.answer_reset_requests()
            sent = postman.send_due(should_stop=lambda: self.is_stopping)
        except postman.MailServerUnreachable as error:
            self.count_failure("The mail server cannot be reached: %s", error)
        except (CommandError, OperationalError, InterfaceError) as error:
            self.count_failure("The outbox cannot be reached: %s", sentence(error))
        except Exception as error:
            self.count_failure("The outbox cannot be worked on: %r", error, exc_info=error)
        else:
            if self.failures:
                logger.info("The mail worker works again.")
            self.failures = 0
            if sent:
                logger.info("%s mails sent.", sent)

    def check_database(self) -> None:
        """Waits for a release's migrations, which `manage.py prepare` may still be applying."""
        if not self.is_migrated:
            check_usable()
            self.is_migrated = True

    def count_failure(self, message: str, error: object, exc_info: Exception | None = None) -> None:
        """Logs the first five failures in a row, while the pauses between them grow. A long outage fills no disk."""
        if self.failures < 5:
            self.failures += 1
            logger.warning(message, error, exc_info=exc_info)

    def stop(self, *_: object) -> None:
        self.is_stopping = True

    def sleep(self, seconds: float) -> None:
        """Sleeps in steps of SIGNAL_CHECK_SECONDS, because a signal does not cut a sleep short."""
        end = time.monotonic() + seconds
        while not self.is_stopping and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, SIGNAL_CHECK_SECONDS))
