"""What keeps the outbox small, every hour."""

import logging

from django.conf import settings
from django.utils import timezone

from accounts.models import MailAllowance, MailedKey
from accounts.outbox import postman, queue

logger = logging.getLogger(__name__)

CLEANING_SECONDS = 3600


def clean_up() -> None:
    """Queues held mail of addresses confirmed by now, and deletes old sent mail, full allowances and expired keys."""
    released, pruned = queue.release_held(), postman.prune(days=settings.MAIL_KEEP_DAYS)
    MailAllowance.objects.filter(used_until__lt=timezone.now()).delete()  # a new row is a full allowance too
    MailedKey.objects.delete_expired()
    if released or pruned:
        logger.info("%s held mails queued, %s old ones deleted.", released, pruned)
