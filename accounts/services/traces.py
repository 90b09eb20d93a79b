"""What an account leaves in tables that do not refer to it, and that therefore does not go with its row."""

from accounts.models import User
from accounts.outbox import queue
from accounts.services.browsers import end_browser_sessions
from metrics import services as metrics


def forget_traces(user: User) -> None:
    """Removes its mails, its sessions in browsers, and what limits, kept answers and the counter's log say of it.

    The admin's log names accounts, and what belongs to them, by their numbers only.
    """
    queue.forget(user)
    end_browser_sessions(user)
    metrics.forget_user(user_id=user.pk, username=user.username)
