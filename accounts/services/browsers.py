"""Logins in browsers: those of the admin and of the pages, which are Django's own sessions."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session as BrowserSession
from django.utils import timezone

from accounts.models import PersonalToken, Session, User
from rest.chunks import id_batches

READ_AT_ONCE = 500


def end_logins(user: User) -> None:
    """Ends every login and token of the user: none comes back to life with an account that does."""
    Session.objects.filter(user=user).delete()
    PersonalToken.objects.filter(user=user).delete()
    end_browser_sessions(user)


def end_browser_sessions(user: User) -> None:
    """Deletes the user's sessions in browsers. Whose a session is stands in its signed text alone, so all are read.

    They are few: those of the staff. What has expired goes with them, since nothing else deletes it.
    """
    BrowserSession.objects.filter(expire_date__lte=timezone.now()).delete()
    for keys in id_batches(BrowserSession.objects.all(), READ_AT_ONCE):
        rows = BrowserSession.objects.filter(pk__in=keys)
        own = [row.pk for row in rows if row.get_decoded().get(SESSION_KEY) == str(user.pk)]
        BrowserSession.objects.filter(pk__in=own).delete()
