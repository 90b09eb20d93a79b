"""Empties the outbox: one mail at a time, each claimed before it is tried.

django-post-office's own sender is not used; docs/decisions/0006-mail-outbox.md says why.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from post_office.connections import connections
from post_office.mail import get_queued
from post_office.models import STATUS, Email
from post_office.settings import get_default_mailer, get_max_retries, get_retry_timedelta

from accounts.outbox import letters

logger = logging.getLogger(__name__)

FIRST_RETRY = timedelta(seconds=10)
DOUBLINGS = 20  # far beyond the longest wait, and far below what a timedelta can hold
PRUNED_AT_ONCE = 1000


class MailServerUnreachable(Exception):
    """No connection, or no login: no mail is to blame, so none is counted as tried."""


def send_due(should_stop: Callable[[], bool] = lambda: False) -> int:
    """Sends every mail that is due; how many were sent. Raises MailServerUnreachable, and then has touched nothing."""
    sent = 0
    while batch := list(get_queued()):
        try:
            for email in batch:
                if should_stop():
                    return sent
                sent += send(email)
        finally:
            hang_up()
    return sent


def send(email: Email) -> bool:
    """Sends one mail, unless another worker has it; whether it was sent."""
    connect()
    if not claim(email):
        return False
    if not letters.write_key_into(email):
        Email.objects.filter(pk=email.pk).delete()
        return False
    try:
        email.dispatch(commit=False, disconnect_after_delivery=False)
    except Exception as error:  # whatever is the matter with one mail must not keep back the others
        hang_up()
        postpone(email, error)
        return False
    now = timezone.now()
    Email.objects.filter(pk=email.pk).update(status=STATUS.sent, scheduled_time=now, last_updated=now)
    return True


def connect() -> None:
    """Makes sure that this thread has a connection; the next mails use it too."""
    try:
        connections[get_default_mailer()]
    except OSError as error:  # which SMTPException is, too
        raise MailServerUnreachable(f"{type(error).__name__}: {error}") from error


def hang_up() -> None:
    try:
        connections.close()
    except OSError as error:
        logger.debug("The connection to the mail server could not be closed in order: %s", error)


def claim(email: Email) -> bool:
    """Takes the mail by one conditional UPDATE that plans its next try: of any number of workers one gets True.

    Should this process die now, that next try happens all the same, once the lease is over. The lease is longer than
    a mail server that hangs at every step can keep us busy, short of answering byte by byte.
    """
    retries = (email.number_of_retries or 0) + 1 if email.status == STATUS.requeued else 0
    as_read = Email.objects.filter(
        pk=email.pk,
        status=email.status,
        scheduled_time=email.scheduled_time,
        number_of_retries=email.number_of_retries,
    )
    now = timezone.now()
    lease = timedelta(seconds=6 * settings.EMAIL_TIMEOUT)
    is_ours = as_read.update(
        status=STATUS.requeued, number_of_retries=retries, scheduled_time=now + lease, last_updated=now
    )
    email.number_of_retries = retries
    return bool(is_ours)


def postpone(email: Email, error: Exception) -> None:
    """Plans the next try, ever later, or gives the mail up; it and all its errors stay in the admin either way."""
    retries = email.number_of_retries
    is_over = retries >= get_max_retries()
    wait = min(FIRST_RETRY * 2 ** min(retries, DOUBLINGS), get_retry_timedelta())
    status = STATUS.failed if is_over else STATUS.requeued
    now = timezone.now()
    Email.objects.filter(pk=email.pk).update(status=status, scheduled_time=now + wait, last_updated=now)
    reason = str(error).replace("\0", "")
    email.logs.create(status=STATUS.failed, message=reason, exception_type=type(error).__name__)
    outcome = "is given up" if is_over else f"is tried again in {wait}"
    logger.warning("Mail %s %s: %s: %s", email.pk, outcome, type(error).__name__, reason)


def prune(*, days: int) -> int:
    """Deletes what was sent more than `days` ago; what could not be sent stays. How many mails that was."""
    old = Email.objects.filter(status=STATUS.sent, last_updated__lt=timezone.now() - timedelta(days=days))
    total = 0
    while batch := list(old.values_list("pk", flat=True)[:PRUNED_AT_ONCE]):
        Email.objects.filter(pk__in=batch).delete()
        total += len(batch)
    return total
