"""What proxies in front say of a request: the server's name, and the path that it lives below.

Each proxy appends what it knows to an `X-Forwarded-…` header, or replaces it. So the last TRUSTED_PROXIES values are
believed, and the first of these is what the client asked for. Whatever stands before them is the client's invention.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import URLResolver, get_resolver

Environ = dict[str, Any]
# What stands in addresses as it is. No segment begins with a dot or is empty: "//example" would be another host.
PREFIX = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")
LONGEST_PREFIX = 200  # characters


def believed(header: str) -> str:
    """The believed value of an `X-Forwarded-…` header that may have several; empty where no proxy is trusted."""
    proxies = settings.TRUSTED_PROXIES
    return header.split(",")[-proxies:][0].strip() if proxies else ""


def as_prefix(text: str) -> str:
    """The path that the server lives below ("/marquee", "/a/b"), empty for none. Raises ValueError for other texts."""
    path = text.strip().removesuffix("/")
    prefix = path if path.startswith("/") or not path else f"/{path}"
    if prefix and not (len(prefix) <= LONGEST_PREFIX and PREFIX.fullmatch(prefix)):
        raise ValueError(f"{text[:LONGEST_PREFIX]!r} is no path such as /marquee")
    return prefix


def first_segments(resolver: URLResolver) -> Iterator[str]:
    """How the addresses of the URL conf begin: "api", "movies", "admin"."""
    for entry in resolver.url_patterns:
        route = str(entry.pattern).lstrip("^")
        if isinstance(entry, URLResolver) and not route:
            yield from first_segments(entry)
        else:
            yield route.partition("/")[0]


def first_segment(prefix: str) -> str:
    return prefix.partition("/")[2].partition("/")[0]


class BehindProxies:
    """A WSGI application below a path: it tells the one behind it what stands before its own addresses.

    The path is what trusted proxies say in `X-Forwarded-Prefix`, else PATH_PREFIX. A proxy may have taken it off the
    address or left it there. What is no path is not believed.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        """Raises ImproperlyConfigured where PATH_PREFIX cannot be told from one of the server's own addresses."""
        self.application = application
        static = settings.STATIC_URL.rstrip("/").rpartition("/")[2]  # Django may have put a prefix before it
        self.own = {*first_segments(get_resolver()), static} - {""}
        if first_segment(settings.PATH_PREFIX) in self.own:
            raise ImproperlyConfigured(
                f"PATH_PREFIX={settings.PATH_PREFIX} begins like an address of the server's own: choose another path."
            )

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "HTTP_X_FORWARDED_HOST" in environ:
            self.choose_host(environ)
        if prefix := self.prefix_of(environ):
            environ["SCRIPT_NAME"] = prefix
            environ["PATH_INFO"] = self.without(prefix, environ["PATH_INFO"])
        return self.application(environ, start_response)

    def choose_host(self, environ: Environ) -> None:
        """Leaves one name in `X-Forwarded-Host`, or none."""
        if host := believed(environ.pop("HTTP_X_FORWARDED_HOST")):
            environ["HTTP_X_FORWARDED_HOST"] = host

    def prefix_of(self, environ: Environ) -> str:
        try:
            said = as_prefix(believed(environ.get("HTTP_X_FORWARDED_PREFIX", "")))
        except ValueError:
            said = ""
        return said or str(settings.PATH_PREFIX)

    def without(self, prefix: str, path: str) -> str:
        """The path below the prefix. One that begins with an address of our own has lost its prefix already."""
        if first_segment(prefix) in self.own or not f"{path}/".startswith(f"{prefix}/"):
            return path
        return path[len(prefix) :]
