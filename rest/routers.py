"""Routers for dialects that publish only some of a viewset's addresses."""

from rest_framework.routers import SimpleRouter


class ListRouter(SimpleRouter):
    """Only the list's own address."""

    routes = SimpleRouter.routes[:1]


class ListAndDetailRouter(SimpleRouter):
    """The list's address and each item's, without the extra actions."""

    routes = [SimpleRouter.routes[0], SimpleRouter.routes[2]]
