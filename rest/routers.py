"""Routers for dialects that publish only some of a viewset's addresses."""

from collections.abc import Collection
from typing import Any

from rest_framework.routers import Route, SimpleRouter


class ListRouter(SimpleRouter):
    """Only the list's own address."""

    routes = SimpleRouter.routes[:1]


class ListAndDetailRouter(SimpleRouter):
    """The list's address and each item's, without the extra actions."""

    routes = [SimpleRouter.routes[0], SimpleRouter.routes[2]]


class ActionsRouter(SimpleRouter):
    """The addresses at which one of the named actions (methods of the viewset) answers."""

    def __init__(self, *, actions: Collection[str], **kwargs: Any) -> None:
        self.actions = actions
        super().__init__(**kwargs)

    def get_routes(self, viewset: Any) -> list[Route]:
        routes = [
            route._replace(mapping={method: name for method, name in route.mapping.items() if name in self.actions})
            for route in super().get_routes(viewset)
        ]
        return [route for route in routes if route.mapping]


class SingletonRouter(SimpleRouter):
    """One thing, without a key: its address with these methods (`{"get": "state"}`), and the extra actions."""

    def __init__(self, *, mapping: dict[str, str], **kwargs: Any) -> None:
        route = Route("{prefix}{trailing_slash}", mapping, "{basename}-list", detail=False, initkwargs={})
        self.routes = [route, SimpleRouter.routes[1]]
        super().__init__(**kwargs)
