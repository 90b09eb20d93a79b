"""The addresses that the fast path knows, by pattern: as many as the URL conf has, however many are asked for."""

import re
from collections.abc import Callable, Iterator
from functools import cache, wraps
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.urls.converters import UUIDConverter
from rest_framework.authentication import TokenAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.versioning import NamespaceVersioning
from rest_framework.viewsets import ViewSetMixin

from rest.negotiation import Disregarding
from rest.payload import Payload
from rest.renderers import ORJSONRenderer
from rest.route_names import route_name
from rest.strict import Parameters, known_parameters

Method = Callable[..., Payload]
# An address with an id or a UUID: 18 digits fit any database's id.
WITH_ID = re.compile(r"(.*/)([0-9]{1,18})((?:/[^0-9]*)?)", re.DOTALL)
WITH_UUID = re.compile(rf"(.*/)({UUIDConverter.regex})((?:/[^0-9]*)?)", re.DOTALL)
PLACEHOLDER = re.compile(r"<(?:any_case_)?(int|uuid):(\w+)>")
EXAMPLES = {"int": "1", "uuid": str(UUID(int=0))}
# What dispatch() calls between the address and the method. The fast path calls the parts itself, not these.
HOOKS = (
    "dispatch",
    "initialize_request",
    "initial",
    "finalize_response",
    "perform_authentication",
    "determine_version",
)


def fast_path(method: Method) -> Callable[..., Response]:
    """Makes a view's method a handler that the fast path can call, too.

    The method returns a Payload. It needs no throttle, and either changes nothing or leaves the same state when it is
    done twice: the full stack begins anew where the fast path gives up.
    """
    if method.__annotations__.get("return") not in (Payload, "Payload"):
        raise TypeError(f"{method.__qualname__} is marked @fast_path, so it has to be declared to return a Payload.")

    @wraps(method)
    def handler(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        payload = method(self, request, *args, **kwargs)
        return Response(payload.data, status=payload.status, headers=payload.headers)

    handler.fast_method = method  # type: ignore[attr-defined]  # a function takes any attribute
    return handler


class Route(NamedTuple):
    """Where a request leads: a view's method, and what DRF's router would have told the view."""

    view_class: type[Any]
    initkwargs: dict[str, Any]
    action_map: dict[str, str]
    action: str
    method: Method
    dialect: str
    parameters: Parameters | None  # of the query, where others are refused
    allow: str  # the Allow header
    name: str  # what logs and metrics call it


class Routes:
    """The routes by method and address; where the address has a key (an id or a UUID), by what is around it."""

    def __init__(self) -> None:
        self.plain: dict[tuple[str, str], Route] = {}
        # by method, what is before the key and behind it, for each converter; with the name of the key's argument
        self.keyed: dict[str, dict[tuple[str, str, str], tuple[Route, str]]] = {"int": {}, "uuid": {}}
        for address, pattern, dialect in patterns(get_resolver()):
            self.add(address, pattern, dialect)

    def find(self, method: str, path: str) -> tuple[Route, dict[str, Any]] | None:
        """The route of a request and its arguments."""
        if route := self.plain.get((method, path)):
            return route, {}
        if match := WITH_ID.fullmatch(path):
            before, key, behind = match.groups()
            found = self.keyed["int"].get((method, before, behind))
            return (found[0], {found[1]: int(key)}) if found else None
        if match := WITH_UUID.fullmatch(path):
            before, key, behind = match.groups()
            found = self.keyed["uuid"].get((method, before, behind))
            return (found[0], {found[1]: UUID(key)}) if found else None
        return None

    def add(self, address: str, pattern: URLPattern, dialect: str) -> None:
        key = PLACEHOLDER.search(address)
        if not leads_to(pattern, PLACEHOLDER.sub(lambda found: EXAMPLES[found[1]], address, count=1)):
            return
        for method, route in routes_of(pattern, dialect, address):
            if key:
                self.keyed[key[1]][method, address[: key.start()], address[key.end() :]] = route, key[2]
            else:
                self.plain[method, address] = route


def leads_to(pattern: URLPattern, address: str) -> bool:
    """Whether Django takes that address to that pattern: no earlier one has it, and it has no other arguments."""
    try:
        return resolve(address).func is pattern.callback
    except Resolver404:
        return False


@cache
def routes(urlconf: str) -> Routes:
    """The fast path's routes of `settings.ROOT_URLCONF`. Raises ImproperlyConfigured: see `objections()`."""
    if found := list(objections()):
        raise ImproperlyConfigured("\n".join(found))
    return Routes()


def patterns(resolver: URLResolver, prefix: str = "/", dialect: str = "") -> Iterator[tuple[str, URLPattern, str]]:
    """Every address of a viewset with its pattern and namespace, as in "/api/v1/movies/<int:pk>/"."""
    for entry in resolver.url_patterns:
        address = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from patterns(entry, address, entry.namespace or dialect)
        elif issubclass(getattr(entry.callback, "cls", object), ViewSetMixin):
            yield address, entry, dialect


def routes_of(pattern: URLPattern, dialect: str, address: str) -> Iterator[tuple[str, Route]]:
    callback: Any = pattern.callback
    view_class, initkwargs, action_map = callback.cls, callback.initkwargs, callback.actions
    for method, action in action_map.items():
        if method not in view_class.http_method_names:
            continue  # the view refuses it
        if fast_method := getattr(getattr(view_class, action), "fast_method", None):
            allow = allowed_methods(view_class, initkwargs, action_map)
            known = known_parameters(view_class, initkwargs, action, dialect)
            name = route_name(address)
            yield (
                method.upper(),
                Route(view_class, initkwargs, action_map, action, fast_method, dialect, known, allow, name),
            )


def allowed_methods(view_class: type[Any], initkwargs: dict[str, Any], action_map: dict[str, str]) -> str:
    view = view_class(**initkwargs)
    head = {"head": action_map["get"]} if "get" in action_map else {}
    for method, action in {**action_map, **head}.items():
        setattr(view, method, getattr(view, action))
    return ", ".join(view.allowed_methods)


# --- What a fast method may not need --------------------------------------------------------------------------------


def objections() -> Iterator[str]:
    """What the fast path would ignore of the views that it answers for, a sentence each."""
    for address, pattern, dialect in patterns(get_resolver()):
        for _, route in routes_of(pattern, dialect, address):
            view = route.view_class(**route.initkwargs)
            view.action = route.action
            name = f"{route.view_class.__name__}.{route.action}"
            yield from (f"{name} is marked @fast_path, but {reason}." for reason in reasons_against(view))


def reasons_against(view: Any) -> Iterator[str]:
    for throttle in view.get_throttles():
        scopes_of = getattr(throttle, "scopes_of", None)
        if scopes_of is None or scopes_of(view):
            yield f"it is limited by {type(throttle).__name__}, which the fast path does not ask"
    for authenticator in view.get_authenticators():
        if not isinstance(authenticator, TokenAuthentication):
            yield f"{type(authenticator).__name__} may look at more than the Authorization header"
    if view.versioning_class is not NamespaceVersioning:
        yield "its version is not its URL namespace"
    if type(view.get_content_negotiator()) is not Disregarding:
        yield "its content negotiation may refuse what is accepted"
    if [type(renderer) for renderer in view.get_renderers()] != [ORJSONRenderer]:
        yield "it has other renderers than the JSON one, so its answers are negotiated"
    for hook in HOOKS:
        if getattr(type(view), hook).__module__.partition(".")[0] != "rest_framework":
            yield f"its {hook}() is overridden, which the fast path does not call"


def find_route(method: str, path: str) -> tuple[Route, dict[str, Any]] | None:
    return routes(settings.ROOT_URLCONF).find(method, path)
