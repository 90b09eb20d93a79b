"""Mails about the account itself, and the keys in their links."""

from datetime import timedelta

from django.conf import settings
from django.template.defaultfilters import pluralize
from django.utils import timezone
from post_office.models import STATUS, Email

from accounts.models import MailedKey, Purpose, Session, User
from accounts.outbox import queue
from accounts.outbox.texts import KEYS, Text

NOTICE = "notice"  # what the header queue.ABOUT says of a mail without a key; of others it says the purpose
KEY = "?key="  # how the links end in the outbox, where everybody who looks after mail can read them
PAGES = {Purpose.CONFIRM: "confirm/", Purpose.CHANGE: "confirm/", Purpose.RESET: "password-reset/confirm/"}


def send_key(*, user: User, purpose: Purpose, address: str) -> bool:
    """Has a key to `address` sent; whether it will be, for an address gets only so many.

    It is done in this transaction, which has to hold the lock on the account.
    A mail that is still waiting to be sent will do. The key before is good until the new one goes out, unless it is
    another address's.
    """
    known = MailedKey.objects.select_related("mail").filter(user=user, purpose=purpose).first()
    if known and known.address != address:
        cancel(user, purpose)
        known = None
    if known and known.mail and known.mail.status in (STATUS.queued, STATUS.requeued):
        return True
    mail = queue.put_about_account(
        user=user,
        address=address,
        subject=KEYS[purpose].subject,
        message=KEYS[purpose].message,
        context={"link": page(PAGES[purpose]) + KEY, "home": settings.PUBLIC_URL, "life": life(purpose)},
        about=purpose.value,
    )
    if mail:
        MailedKey.objects.update_or_create(user=user, purpose=purpose, defaults={"address": address, "mail": mail})
    return mail is not None


def cancel(user: User, *purposes: Purpose) -> None:
    """Takes the account's keys for these away, and those of their mails that have not gone out."""
    keys = MailedKey.objects.filter(user=user, purpose__in=purposes)
    Email.objects.filter(queue.UNSENT, pk__in=list(keys.values_list("mail", flat=True))).delete()
    keys.delete()


def tell(*, user: User, address: str, text: Text) -> None:
    """Tells the owner of an address of the account's what has been done."""
    context = {"home": settings.PUBLIC_URL, "reset": page("password-reset/")}
    queue.put_about_account(
        user=user, address=address, subject=text.subject, message=text.message, context=context, about=NOTICE
    )


def page(path: str) -> str:
    """The address of a page for people. Its origin is configured: what a request says of it may be an attacker's."""
    return f"{settings.PUBLIC_URL}/accounts/{path}"


def life(purpose: Purpose) -> str:
    """How long a key is good, in words: "1 hour", "72 hours"."""
    number = hours(purpose)
    return f"{number:g} hour{pluralize(number)}"


def hours(purpose: Purpose) -> float:
    number: float = settings.RESET_HOURS if purpose == Purpose.RESET else settings.CONFIRMATION_HOURS
    return number


def write_key_into(email: Email) -> bool:
    """Makes the key for a mail that is about to be sent; False for a mail that nobody waits for any more.

    It is written into the mail in memory only. Should the mail be sent twice, the second key is the good one.
    """
    purpose = (email.headers or {}).get(queue.ABOUT)
    if purpose not in Purpose.values:
        return True
    key = Session.new_token()
    expires_at = timezone.now() + timedelta(hours=hours(Purpose(purpose)))
    waiting = MailedKey.objects.filter(mail=email, user__is_active=True)
    email.message = email.message.replace(KEY, KEY + key)
    return bool(waiting.update(digest=Session.digest(key), expires_at=expires_at))
