"""The client's address, from the connection and from what trusted proxies say."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.http import HttpRequest

from rest.proxies import believed

# Some proxies add the port to the client's address, and put an IPv6 address in brackets.
WITH_PORT = re.compile(r"\[(?P<v6>[^\]]*)\](?::[0-9]*)?|(?P<v4>[0-9.]+):[0-9]*")


def client_address(request: HttpRequest) -> str | None:
    """The client's address; None where there is none, as behind a unix socket without a trusted proxy.

    Trusted proxies say it in X-Forwarded-For: see rest.proxies.
    """
    candidates = believed(request.META.get("HTTP_X_FORWARDED_FOR", "")), request.META.get("REMOTE_ADDR", "")
    return next((str(address) for text in candidates if (address := parse(text))), None)


def client_network(request: HttpRequest) -> str:
    """What limits count by: the IPv4 address, or the /64 of an IPv6 address, since one customer has all of it."""
    address = parse(client_address(request) or "")
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address or "unknown")


def recognisable_network(request: HttpRequest) -> str:
    """The /24 of an IPv4 address, or the /48 of an IPv6 address: its owner recognises it, and it is nobody's address.

    Empty where there is no address.
    """
    address = parse(client_address(request) or "")
    if address is None:
        return ""
    return str(ip_network((address, 48 if isinstance(address, IPv6Address) else 24), strict=False))


def parse(text: str) -> IPv4Address | IPv6Address | None:
    """The address in `text`, without its port and zone; None where there is none. A mapped IPv4 one comes as IPv4."""
    text = text.strip()
    if with_port := WITH_PORT.fullmatch(text):
        text = with_port["v6"] or with_port["v4"] or ""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
