"""The mail worker: `manage.py send_mail` runs beside the web server. Several can run at once."""

import logging
import signal
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from accounts import services
from accounts.models import MailAllowance, MailedKey
from accounts.outbox import postman, queue
from rest.database.commands import check_usable, sentence, usable_database

logger = logging.getLogger(__name__)

MAX_PAUSE_SECONDS = 30.0
SIGNAL_CHECK_SECONDS = 0.2
CLEANING_SECONDS = 3600


def clean_up() -> None:
    """Queues held mail of addresses confirmed by now, and deletes old sent mail, full allowances and expired keys."""
    released, pruned = queue.release_held(), postman.prune(days=settings.MAIL_KEEP_DAYS)
    MailAllowance.objects.filter(used_until__lt=timezone.now()).delete()  # a new row is a full allowance too
    MailedKey.objects.delete_expired()
    if released or pruned:
        logger.info("%s held mails queued, %s old ones deleted.", released, pruned)


class Command(BaseCommand):
    help = "Sends the mail in the outbox, as it falls due, until stopped by SIGTERM or SIGINT."

    is_stopping = False
    is_migrated = False
    failures = 0  # in a row
    cleaned_at: float | None = None  # by time.monotonic()

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
            self.clean_up_now_and_then()
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

    def clean_up_now_and_then(self) -> None:
        now = time.monotonic()
        if self.cleaned_at is None or now - self.cleaned_at > CLEANING_SECONDS:
            clean_up()
            self.cleaned_at = now

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
