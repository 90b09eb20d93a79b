"""The outbox: what is put into it, and when each address gets its next mail.

It is django-post-office's table; accounts/outbox/postman.py empties it. Why: docs/decisions/0006-mail-outbox.md
"""

import logging
import unicodedata
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from post_office import mail as post_office
from post_office.models import PRIORITY, STATUS, Email

from accounts.mailboxes import mailbox
from accounts.models import AccountMail, BlockedAddress, MailAllowance, User

logger = logging.getLogger(__name__)

HEADERS = {"Auto-Submitted": "auto-generated"}  # so that no absence notice answers it
HELD = None  # the status of a mail that waits for its address to be confirmed; django-post-office leaves it alone
LONGEST_LINE = timedelta(days=1)  # how far ahead an unconfirmed address may have mail waiting
RELEASED_AT_ONCE = 1000


def put(*, user: User, about: str, subject: str, message: str, context: dict[str, Any]) -> None:
    """Puts a mail to the user's address, if it has one, into the outbox, in the transaction of its cause.

    `subject` and `message` are templates without any text of users: what users wrote comes in through `context` alone.
    `about` names the cause in the log.
    """
    if not user.email:
        return
    if BlockedAddress.objects.blocks(user.email):
        logger.warning("No mail about %s: the address of user %s is blocked.", about, user.pk)
        return
    if not is_mailable(user.email):
        logger.warning("No mail about %s: the address of user %s cannot be mailed.", about, user.pk)
        return
    slot = next_slot(user.email, is_confirmed=user.email_confirmed)
    email = post_office.send(
        recipients=user.email,
        subject=subject,
        message=message,
        context=context,
        headers=HEADERS,
        scheduled_time=slot,
        priority=PRIORITY.medium,
        commit=False,
    )
    if slot is None:
        email.status = HELD
        logger.warning("The mail about %s is held: the address of user %s has its share.", about, user.pk)
    email.save()
    AccountMail.objects.create(email=email, user=user)


def is_mailable(address: str) -> bool:
    """Whether the outbox can carry the address. It keeps recipients separated by commas, and one quoted name, valid
    as that is, could hide several of them: `"x,victim@example.com,y"@example.com`."""
    return '"' not in address and "," not in address


def one_line(text: str) -> str:
    """`text` as it may stand in a header: line breaks and other control characters could begin another one."""
    return "".join(char for char in " ".join(text.split()) if unicodedata.category(char) != "Cc")


def next_slot(address: str, *, is_confirmed: bool) -> datetime | None:
    """Takes the next place in the address's line: when that mail may go out, or None where the line is full.

    A token bucket in one moment of time: each mail moves `used_until` on by the pace, and may go out as soon as that
    is at most a full share ahead of the clock. The row is locked, so places are given out one at a time.
    """
    now = timezone.now()
    share = settings.MAIL_PER_ADDRESS_PER_HOUR
    if not share:
        return now
    pace = timedelta(hours=1) / share if is_confirmed else timedelta(days=1) / settings.MAIL_PER_UNCONFIRMED_PER_DAY
    allowance, _ = MailAllowance.objects.select_for_update().get_or_create(
        address_digest=digest(address), defaults={"used_until": now}
    )
    used_until = max(allowance.used_until, now) + pace
    slot = max(now, used_until - share * pace)
    if not is_confirmed and slot > now + LONGEST_LINE:
        return None
    allowance.used_until = used_until
    allowance.save()
    return slot


def digest(address: str) -> str:
    """Names the mailbox behind an address without telling it: case and `+tag` make no other mailbox."""
    return salted_hmac("movies.mail.allowance", mailbox(address), algorithm="sha256").hexdigest()


def release_held() -> int:
    """Lines up what was held for addresses that are confirmed by now; how many mails those were."""
    confirmed = User.objects.filter(email_confirmed=True).exclude(email="").values("email")
    held = Email.objects.filter(status=HELD, to__in=confirmed).order_by("id")[:RELEASED_AT_ONCE]
    return sum(release(email) for email in held)


@transaction.atomic
def release(email: Email) -> int:
    slot = next_slot(email.to[0], is_confirmed=True)
    return Email.objects.filter(pk=email.pk, status=HELD).update(status=STATUS.queued, scheduled_time=slot)


def of(user: User) -> QuerySet[Email]:
    """Every mail to the account that is still kept: its own, and those to its address from before they had an owner."""
    own = Q(pk__in=AccountMail.objects.filter(user=user).values("email"))
    mails: QuerySet[Email] = Email.objects.filter(own | Q(to=user.email) if user.email else own)
    return mails


def forget(user: User) -> None:
    """Removes every mail to the account, sent or not: they are personal data."""
    of(user).delete()
