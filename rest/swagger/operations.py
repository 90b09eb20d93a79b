"""What an app's own `swagger` module says about the actions of a viewset: `MOVIES = {"list": paged([MOVIE]), …}`.

The viewset takes them as its `operations`. In a dialect they are the canonical ones with what differs replaced.
"""

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from drf_yasg import openapi

from rest.swagger.shapes import SerializerReference, Shape, one, page

CODE_BLOCK = "```"


@dataclass(frozen=True)
class Heading:
    """Operations with the same heading stand together in the document: Swagger's tag."""

    name: str
    description: str


@dataclass(frozen=True)
class Body:
    """The body of a request. What it takes and requires follows from the serializer, by default the view's own."""

    example: Any = None  # none only in a form
    serializer: SerializerReference = None
    is_form: bool = False  # shown as a form, so that a file can be chosen
    is_partial: bool = False  # what is not sent stays as it is, so that nothing is required; always so for PATCH


VIEWS_OWN = one()


@dataclass(frozen=True)
class Success:
    """A response: an example and its shape, by default the view's serializer; without a shape it has no body."""

    example: Any = None
    shape: Shape | None = VIEWS_OWN
    description: str = ""
    is_page: bool = False  # the example is the items of a page, without the envelope of the view's paginator
    has_link: bool = False  # a `Link` header; pages always have one
    has_location: bool = False


NO_CONTENT = {204: Success(shape=None)}


@dataclass(frozen=True)
class Operation:
    """What the document says about an action beyond what its view says itself.

    `invalid`, `unauthorized`, `forbidden` and `not_found` are examples of what a 400, 401, 403 and 404 say, where the
    view does not tell: `{field: message}` for wrong fields, else a text. A message that is an ErrorDetail has its code.
    """

    responses: dict[int, Success]
    body: Body | None = None
    summary: str = ""  # this and the description: only where a dialect differs from the docstring
    description: str = ""
    notes: str = ""  # behind the description: what several operations say in the same words
    query: tuple[openapi.Parameter, ...] = ()
    is_paged: bool = False  # takes `page` and `page_size` and, in a list, the viewset's filters
    has_cursor: bool = False
    invalid: Mapping[str, str] | None = None
    unauthorized: str = ""
    forbidden: str = ""
    not_found: str = ""
    also_in: tuple[str, ...] = ()  # further dialects under whose headings it stands, because they share its address


def paged(items: list[Any], serializer: SerializerReference = None, **about: Any) -> Operation:
    """A list in the envelope of the view's paginator, with these items as its example."""
    return Operation({200: Success(items, page(serializer), is_page=True)}, is_paged=True, **about)


def operation_of(view: Any) -> Operation:
    """That of the view's action. Raises ImproperlyConfigured where there is none, or one without an example."""
    viewset, action = type(view).__name__, view.action
    operation = getattr(view, "operations", {}).get(action)
    if operation is None:
        raise ImproperlyConfigured(
            f"{viewset}.operations has no {action!r}: add its responses with their examples to the `swagger` module of "
            f"{type(view).__module__.partition('.')[0]}, from where {viewset} takes its `operations`."
        )
    if part := part_without_example(operation):
        raise ImproperlyConfigured(f"{viewset}.operations[{action!r}] has no example in its {part}: give one.")
    return operation


def part_without_example(operation: Operation) -> str:
    for code, success in operation.responses.items():
        if success.shape and success.example is None:
            return f"Success for {code}"
    body = operation.body
    return "Body" if body and body.example is None and not body.is_form else ""


def heading_of(view: Any) -> Heading:
    """That of the view's dialect or, where each viewset has its own, of the view."""
    dialect = settings.DIALECTS[view.dialect]
    if dialect.heading:
        return Heading(dialect.heading, dialect.description)
    heading = getattr(view, "heading", None)
    if heading is None:
        raise ImproperlyConfigured(
            f"{type(view).__name__} has no heading: set `heading = …` on the class, from the app's `swagger` module."
        )
    return heading


def summary_and_description(view: Any) -> tuple[str, str]:
    """The first sentence of the docstring of the view's method, and the rest."""
    text = inspect.getdoc(getattr(view, view.action))
    if not text:
        name = f"{type(view).__name__}.{view.action}()"
        raise ImproperlyConfigured(
            f"{name} has no docstring: write one (for a method that is inherited, override it and call super()). Swagger "
            "shows the first sentence as summary, and the rest as description."
        )
    paragraphs = [part if part.startswith(CODE_BLOCK) else " ".join(part.split()) for part in text.split("\n\n")]
    summary, *rest = re.split(r"\.(?:\s+|$)", "\n\n".join(paragraphs), maxsplit=1)
    return summary, "".join(rest)
