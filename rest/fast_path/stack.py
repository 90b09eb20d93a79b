"""What the fast path does about each entry of MIDDLEWARE, so that none is passed by in silence.

An `AnswerLayer` is called. For the few in `ANSWERED` the fast path sees to the same effect itself. Any other one needs
an entry in `settings.FAST_PATH_SKIPS`: import path → why the fast path does without it. An entry of MIDDLEWARE that is
none of these is an error of `manage.py check`, and keeps the server from starting.
"""

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIRequest
from django.core.signals import request_finished, request_started, setting_changed
from django.dispatch import receiver
from django.http import HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils.module_loading import import_string

from rest.errors import JSON
from rest.layers import AnswerLayer
from rest.pages import BrowserPolicyMiddleware

HEADERS = (
    SecurityMiddleware,
    XFrameOptionsMiddleware,
    BrowserPolicyMiddleware,
)  # add the same headers to every answer: see usual_headers()
ANSWERED = {
    "django.middleware.security.SecurityMiddleware": "its headers are added; its redirect is not plain",
    "django.middleware.clickjacking.XFrameOptionsMiddleware": "its header is added",
    "rest.pages.BrowserPolicyMiddleware": "its header is added, but to 304; there are no pages on the fast path",
    "rest.compression.CompressionMiddleware": "the same functions compress what is tagged",
    "rest.conditional.ConditionalMiddleware": "the tag is made and compared by the same functions",
    "rest.strict.StrictQueryMiddleware": "a query that it refuses is not plain",
}


class Layers(NamedTuple):
    """The layers that the fast path calls, in the order of MIDDLEWARE; those that do nothing there are left out."""

    refusing: tuple[AnswerLayer, ...]
    beginning: tuple[AnswerLayer, ...]
    finishing: tuple[AnswerLayer, ...]  # from the innermost out


@cache
def layers() -> Layers:
    """The answer layers of MIDDLEWARE. Raises ImproperlyConfigured where the fast path would pass something by."""
    if found := list(objections()):
        raise ImproperlyConfigured("\n".join(found))
    called = [kind(unreachable) for kind in map(import_string, settings.MIDDLEWARE) if is_layer(kind)]
    return Layers(
        tuple(layer for layer in called if type(layer).refuse is not AnswerLayer.refuse),
        tuple(layer for layer in called if type(layer).begin is not AnswerLayer.begin),
        tuple(layer for layer in reversed(called) if type(layer).finish is not AnswerLayer.finish),
    )


def is_layer(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, AnswerLayer)


def unreachable(request: Any) -> HttpResponse:
    raise RuntimeError("On the fast path a layer has nothing behind it.")


def objections() -> Iterator[str]:
    """What the fast path would pass by in silence, a sentence each."""
    skips = settings.FAST_PATH_SKIPS
    for path in settings.MIDDLEWARE:
        kind = import_string(path)
        if is_layer(kind):
            if kind.__call__ is not AnswerLayer.__call__:
                yield f"{path} overrides __call__(), which only the full stack calls: use refuse(), begin(), finish()."
        elif path not in ANSWERED and not skips.get(path):
            yield (
                f"The fast path would pass {path} by. Derive it from rest.layers.AnswerLayer, which both ways call, or "
                "say in settings.FAST_PATH_SKIPS why the fast path does without it."
            )
    for path in skips:
        if path not in settings.MIDDLEWARE:
            yield f"FAST_PATH_SKIPS names {path}, which is not in MIDDLEWARE."
    yield from objections_to_receivers()


def objections_to_receivers() -> Iterator[str]:
    """The fast path sends no signals: those of Django see to connections and caches, of which it takes care itself."""
    for name, signal in (("request_started", request_started), ("request_finished", request_finished)):
        for listener in signal._live_receivers(None)[0]:
            if not listener.__module__.startswith("django."):
                described = f"{listener.__module__}.{listener.__qualname__}"
                yield f"The fast path sends no {name}, to which {described} listens: derive it from AnswerLayer."


@cache
def usual_headers(is_secure: bool) -> dict[str, str]:
    """Those that the layers in `HEADERS` add to every answer in JSON of that scheme."""
    scheme = "https" if is_secure else "http"
    request = WSGIRequest({"REQUEST_METHOD": "GET", "wsgi.input": BytesIO(), "wsgi.url_scheme": scheme})
    respond: Any = lambda request: HttpResponse(content_type=JSON)  # noqa: E731
    for kind in HEADERS:
        if f"{kind.__module__}.{kind.__qualname__}" in settings.MIDDLEWARE:
            respond = kind(respond)
    headers = dict(respond(request).headers)
    headers.pop("Content-Type")
    return headers


@receiver(setting_changed)
def forget(**kwargs: Any) -> None:
    """Tests change settings."""
    layers.cache_clear()
    usual_headers.cache_clear()
