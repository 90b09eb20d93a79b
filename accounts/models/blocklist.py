"""Addresses that no account may have, and that get no mail."""

from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator, EmailValidator
from django.db import models
from django.db.models import Q

from accounts.mailboxes import domain_key, mailbox, names_of
from rest.database.text import FoldedField

MAX_ADDRESS = 254
MAX_ADDRESS_KEY = 762


def blocking_key(address: str) -> str:
    """What an entry of the list is compared as: a mailbox, or a domain."""
    text = address.strip().removeprefix("@")
    return mailbox(text) if "@" in text else domain_key(text)


class BlockedAddressQuerySet(models.QuerySet["BlockedAddress"]):
    def blocks(self, address: str) -> bool:
        """Whether the list has the address, its domain, or one above that."""
        return bool(address) and self.filter(address_key__in=names_of(address)).exists()


class BlockedAddress(models.Model):
    """An address with whatever `+tag`, or a domain with all below it."""

    address = models.CharField(
        max_length=MAX_ADDRESS,
        help_text="An address (case and +tags make no difference), or a domain with all that is below it: spam.example",
    )
    address_key = FoldedField(max_length=MAX_ADDRESS_KEY, unique=True, of="address", fold=blocking_key)
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BlockedAddressQuerySet.as_manager()

    class Meta:
        ordering = ["address_key"]
        verbose_name = "blocked e-mail address"
        verbose_name_plural = "blocked e-mail addresses"
        constraints = [models.CheckConstraint(condition=~Q(address_key=""), name="blocked_address_not_blank")]

    def __str__(self) -> str:
        return self.address

    def clean(self) -> None:
        key = blocking_key(self.address)
        check = EmailValidator() if "@" in key else DomainNameValidator(accept_idna=False)
        try:
            check(key)
        except ValidationError as error:
            raise ValidationError({"address": "Enter an address, or a domain."}) from error
        if type(self).objects.filter(address_key=key).exclude(pk=self.pk).exists():
            raise ValidationError({"address": "This is in the list already."})
