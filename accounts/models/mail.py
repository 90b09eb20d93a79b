"""How much mail an address has had of late. The mails themselves are django-post-office's rows."""

from django.db import models


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
