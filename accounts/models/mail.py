"""How much mail an address has had of late. The mails themselves are django-post-office's rows."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from post_office.models import Email


class MailAllowance(models.Model):
    """One address's share of mail, used up to a moment that runs ahead of the clock the more mail it gets.

    The address is kept as a keyed digest and outlives its accounts: else registering anew would refill the share.
    """

    address_digest = models.CharField(max_length=64, unique=True)
    used_until = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "movies_mailallowance"  # as the table has been called since its first release

    def __str__(self) -> str:
        return f"used until {self.used_until:%Y-%m-%d %H:%M}"


class AccountMail(models.Model):
    """Whose a mail in the outbox is. An account's address may change; its mails are its own all the same."""

    # Without a constraint: a release that does not know this table may delete mails meanwhile.
    email = models.OneToOneField(
        Email, on_delete=models.CASCADE, primary_key=True, related_name="account", db_constraint=False
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mails")

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    def __str__(self) -> str:
        return f"mail {self.email_id} to user {self.user_id}"
