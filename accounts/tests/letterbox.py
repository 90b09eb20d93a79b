"""Mail about accounts, as it arrives: a real mail server, the worker's work, and the links in what was sent."""

import re
from contextlib import contextmanager
from email.message import EmailMessage

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from post_office.models import STATUS, Email

from accounts.outbox import postman
from accounts.tests.mailserver import MailServer

LINK = re.compile(r"^(\S+)(/accounts/\S+)\?key=([0-9a-f]{64})$", re.M)


class Letterbox:
    def __init__(self, server: MailServer) -> None:
        self.server = server

    def arrived(self) -> list[EmailMessage]:
        """What arrives now, the mails that wait in line among them."""
        before = len(self.server.mails)
        call_command("send_mail", "--once", verbosity=0)
        Email.objects.filter(status=STATUS.queued).update(scheduled_time=timezone.now())
        call_command("send_mail", "--once", verbosity=0)
        return self.server.mails[before:]

    def one(self, to: str) -> EmailMessage:
        """The one mail that arrives now, which is to that address."""
        (mail,) = self.arrived()
        assert mail["To"] == to
        return mail

    def key(self, to: str) -> str:
        """The key in the one mail that arrives now."""
        return key_in(self.one(to))


def link_in(mail: EmailMessage) -> str:
    """The path of the link in a mail, with its key. It begins with the configured origin."""
    ((origin, path, key),) = LINK.findall(mail.get_content().replace("\r\n", "\n"))
    assert origin == settings.PUBLIC_URL
    return f"{path}?key={key}"


def key_in(mail: EmailMessage) -> str:
    return link_in(mail).partition("?key=")[2]


@contextmanager
def letterbox_of(settings):
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
        yield Letterbox(server)
        postman.hang_up()
