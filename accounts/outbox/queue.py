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
from accounts.models import AccountMail, BlockedAddress, MailAllowance, ResetRequest, User
from accounts.validators import is_mailable

logger = logging.getLogger(__name__)

HEADERS = {"Auto-Submitted": "auto-generated"}  # so that no absence notice answers it
HELD = None  # the status of a mail that waits for its address to be confirmed; django-post-office leaves it alone
LONGEST_LINE = timedelta(days=1)  # how far ahead an unconfirmed address may have mail waiting
RELEASED_AT_ONCE = 1000
UNSENT = Q(status=None) | ~Q(status=STATUS.sent)
ABOUT = "X-Marquee-About"  # the header of mails about accounts themselves, by which they are known
ABOUT_ACCOUNT_AT_ONCE = 5


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
    email = written(to=user.email, at=slot, subject=subject, message=message, context=context)
    if slot is None:
        email.status = HELD
        logger.warning("The mail about %s is held: the address of user %s has its share.", about, user.pk)
    email.save()
    AccountMail.objects.create(email=email, user=user)


def put_about_account(
    *, user: User, address: str, about: str, subject: str, message: str, context: dict[str, Any]
) -> Email | None:
    """Puts a mail about the account itself to one of its addresses into the outbox, and says whose it is.

    Such mail has a line of its own, shorter than that of other mail: neither keeps the other waiting, and it is never
    held. Nothing that a user wrote may be in it. Its header ABOUT says what it is about. None where the line is a day
    long: that much was asked for by nobody who reads it.
    """
    if BlockedAddress.objects.blocks(address) or not is_mailable(address):
        logger.warning("No mail about the account: an address of user %s is blocked or cannot be mailed.", user.pk)
        return None
    slot = next_slot_about_account(address)
    if slot is None:
        logger.warning("No mail about the account: an address of user %s has its share.", user.pk)
        return None
    email = written(to=address, at=slot, subject=subject, message=message, context=context, headers={ABOUT: about})
    email.save()
    AccountMail.objects.create(email=email, user=user)
    return email


def written(
    *,
    to: str,
    at: datetime | None,
    subject: str,
    message: str,
    context: dict[str, Any],
    headers: dict[str, str] | None = None,
) -> Email:
    """A mail that is not saved yet."""
    return post_office.send(
        recipients=to,
        subject=subject,
        message=message,
        context=context,
        headers={**HEADERS, **(headers or {})},
        scheduled_time=at,
        priority=PRIORITY.medium,
        commit=False,
    )


def one_line(text: str) -> str:
    """`text` as it may stand in a header: line breaks and other control characters could begin another one."""
    return "".join(char for char in " ".join(text.split()) if unicodedata.category(char) != "Cc")


def next_slot(address: str, *, is_confirmed: bool) -> datetime | None:
    """Takes the next place in the address's line: when that mail may go out, or None where the line is full.

    A token bucket in one moment of time: each mail moves `used_until` on by the pace, and may go out as soon as that
    is at most a full share ahead of the clock. The row is locked, so places are given out one at a time.
    """
    share = settings.MAIL_PER_ADDRESS_PER_HOUR
    pace = timedelta(days=1) / settings.MAIL_PER_UNCONFIRMED_PER_DAY
    if is_confirmed and share:
        pace = timedelta(hours=1) / share
    return place_in_line(digest(address), share=share, pace=pace, longest=None if is_confirmed else LONGEST_LINE)


def next_slot_about_account(address: str) -> datetime | None:
    """The same in the line of mail about the account itself. It is as long for every address."""
    share = ABOUT_ACCOUNT_AT_ONCE if settings.MAIL_PER_ADDRESS_PER_HOUR else 0
    pace = timedelta(days=1) / settings.MAIL_ABOUT_ACCOUNT_PER_DAY
    return place_in_line(digest(address, "accounts.mail.allowance"), share=share, pace=pace, longest=LONGEST_LINE)


def place_in_line(line: str, *, share: int, pace: timedelta, longest: timedelta | None) -> datetime | None:
    """The next place in the line that is named by a digest; None where it would be longer than `longest`."""
    now = timezone.now()
    if not share:
        return now
    allowance, _ = MailAllowance.objects.select_for_update().get_or_create(
        address_digest=line, defaults={"used_until": now}
    )
    used_until = max(allowance.used_until, now) + pace
    slot = max(now, used_until - share * pace)
    if longest is not None and slot > now + longest:
        return None
    allowance.used_until = used_until
    allowance.save()
    return slot


def digest(address: str, purpose: str = "movies.mail.allowance") -> str:
    """Names the mailbox behind an address without telling it: case and `+tag` make no other mailbox."""
    return salted_hmac(purpose, mailbox(address), algorithm="sha256").hexdigest()


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


def readdress(user: User, *, old: str, is_confirmed: bool) -> None:
    """Lets the mail to the user's old address follow to the one that the account has now.

    What has been sent is forgotten. What has not waits until the new address is confirmed, for nobody may have his mail
    sent to a stranger; without an address it goes nowhere. Mail about the account itself was for the old address.
    """
    mails = Email.objects.filter(to=old, account__user=user).exclude(headers__has_key=ABOUT)
    unsent = mails.filter(UNSENT)
    mails.filter(status=STATUS.sent).delete()
    if not user.email:
        unsent.delete()
    elif is_confirmed:
        unsent.update(to=user.email)
    else:
        unsent.update(to=user.email, status=HELD)


def forget(user: User) -> None:
    """Removes every mail to the account, sent or not, and what was asked for its address: they are personal data."""
    of(user).delete()
    if user.email:
        ResetRequest.objects.filter(address_key=user.email_key).delete()
