"""Converters of what stands in addresses, beside Django's own."""

from django.urls.converters import UUIDConverter


class AnyCaseUUIDConverter(UUIDConverter):
    """A UUID in lower or upper case: some clients (Swift's among them) write in upper case what they read in lower."""

    regex = UUIDConverter.regex.replace("a-f", "a-fA-F")
