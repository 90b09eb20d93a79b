"""What `/metrics` says of the outbox. It counts at most MOST of each, so that no line of mail makes it slow."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils import timezone
from post_office.models import STATUS, Email

from accounts.outbox.queue import HELD
from metrics import gauges
from metrics.gauges import Values

MOST = 10_000
# By the index of the status; what has been sent is not counted.
STATES = {
    "queued": Q(status=STATUS.queued),
    "requeued": Q(status=STATUS.requeued),
    "failed": Q(status=STATUS.failed),
    "held": Q(status=HELD),
}


def register() -> None:
    help = f"Mails by state, {MOST} at most: queued, requeued (tried in vain), failed (given up), held."
    gauges.register("marquee_mail_queue", help, labels=("state",), read=states)
    gauges.register("marquee_mail_oldest_seconds", "How long the mail that waits longest has been due.", read=oldest)


def states() -> Values:
    return [((name,), Email.objects.filter(state)[:MOST].count()) for name, state in STATES.items()]


def oldest() -> Iterator[tuple[tuple[str, ...], float]]:
    """Of the first MOST that wait. What is to be sent later is not due."""
    now = timezone.now()
    waiting = Email.objects.filter(status__in=[STATUS.queued, STATUS.requeued])[:MOST]
    moments = (at or created for at, created in waiting.values_list("scheduled_time", "created"))
    yield (), max(0.0, *((now - moment).total_seconds() for moment in [now, *moments]))
