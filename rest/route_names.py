"""Addresses by their pattern, as the Swagger document writes them: `/api/v1/movies/{id}/`.

Logs and metrics name a route and never the address: there are as many names as patterns, whatever strangers ask for,
and what stands in an address is nobody's business but its owner's.
"""

import re
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.admindocs.views import simplify_regex
from django.urls import Resolver404, resolve

UNMATCHED = "unmatched"  # every address that leads nowhere
STATIC = "static"
REDIRECTED = (301, 308)
KEY = re.compile(r"<(?:[^>:]+:)?(\w+)>")


@lru_cache(maxsize=1024)  # far more than there are patterns
def route_name(pattern: str) -> str:
    """The name of a pattern of the URL conf, as Django joins it: "api/v1/movies/<int:pk>/"."""
    plain = simplify_regex(pattern) if "(" in pattern or pattern.startswith("^") else pattern
    return "/" + KEY.sub(lambda key: "{id}" if key[1] == "pk" else f"{{{key[1]}}}", plain.lstrip("/"))


def route_at(environ: dict[str, Any], status: int) -> str:
    """The route that a request leads to, for what was answered before Django had looked."""
    path = environ.get("PATH_INFO") or "/"
    if status in REDIRECTED:
        path = f"{path}/"  # that is where it was redirected, if the address is one of ours
    try:
        return route_name(resolve(path).route)
    except Resolver404:
        return STATIC if path.startswith(f"/{static_folder()}/") else UNMATCHED


def static_folder() -> str:
    return str(settings.STATIC_URL.rstrip("/").rpartition("/")[2])  # Django may have put a prefix before it
