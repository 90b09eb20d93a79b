"""Mails that tell owners what has been done to their accounts, so that they learn of what they have not done.

They carry neither a secret nor a text of any user's, because an address that nobody has confirmed may be a stranger's.
"""

from django.conf import settings

from accounts.models import User
from accounts.outbox import queue

MESSAGE = """Hello,

{what}

If it was you, there is nothing to do. If it was not, change your password: that ends every login and every token of
your account. The server is at {url}
"""
TOKEN_MADE = "A personal access token has just been made for your account. It lets a program act for you."  # noqa: S105
FACTOR_ON = "Logging in to your account takes a code from an app now, beside the password."
FACTOR_OFF = "Logging in to your account no longer takes a code beside the password."
NEW_RECOVERY_CODES = "New recovery codes have just been made for your account. The old ones do not count any more."


def tell(user: User, subject: str, what: str) -> None:
    """Puts the mail into the outbox, in the transaction of its cause."""
    message = "{% autoescape off %}" + MESSAGE.format(what=what, url="{{ url }}") + "{% endautoescape %}"
    queue.put(user=user, about=subject, subject=subject, message=message, context={"url": settings.PUBLIC_URL})
