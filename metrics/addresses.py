"""The client's address, from the connection and from what trusted proxies say."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The client's address; None where there is none, as behind a unix socket without a trusted proxy.

    Each trusted proxy appends the address it was called from to X-Forwarded-For. So the last TRUSTED_PROXIES entries
    are believed, and whatever stands before them is the client's own invention.
    """
    proxies = settings.TRUSTED_PROXIES
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-proxies:] if proxies else []
    candidates = [*forwarded[:1], request.META.get("REMOTE_ADDR", "")]
    return next((str(address) for text in candidates if (address := parse(text))), None)


def client_network(request: HttpRequest) -> str:
    """What limits count by: the IPv4 address, or the /64 of an IPv6 address, since one customer has all of it."""
    address = parse(client_address(request) or "")
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address or "unknown")


def parse(text: str) -> IPv4Address | IPv6Address | None:
    """The address in `text`, without its zone; None where there is none. A mapped IPv4 address comes as IPv4."""
    try:
        address = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
