"""What an app's own `swagger` module says about the actions of a viewset: `MOVIES = {"list": paged([MOVIE]), …}`.

The viewset takes them as its `operations`. In a dialect they are the canonical ones with what differs replaced.
"""

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
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
    media_type: str = "application/json"  # of anything else it is a file, which nobody may store
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
    without: tuple[str, ...] = ()  # filters of the viewset that mean nothing here
    has_cursor: bool = True  # where it is paged
    invalid: Mapping[str, str] | None = None
    unauthorized: str = ""
    forbidden: str = ""
    not_found: str = ""
    may_be_busy: bool = False  # what costs much is done by few at a time (rest.gates), so that it may be 503
    also_in: tuple[str, ...] = ()  # further dialects under whose headings it stands, because they share its address


def paged(items: list[Any], serializer: SerializerReference = None, **about: Any) -> Operation:
    """A list in the envelope of the view's paginator, with these items as its example."""
    return Operation({200: Success(items, page(serializer), is_page=True)}, is_paged=True, **about)


def heading_of(view: Any) -> Heading:
    """That of the view's dialect or, where each viewset has its own, of the view."""
    dialect = settings.DIALECTS[view.dialect]
    return Heading(dialect.heading, dialect.description) if dialect.heading else view.heading


def summary_and_description(docstring: str) -> tuple[str, str]:
    """The first sentence and the rest. Paragraphs are one line each, but for blocks of code."""
    paragraphs = inspect.cleandoc(docstring).split("\n\n")
    lines = [part if part.startswith(CODE_BLOCK) else " ".join(part.split()) for part in paragraphs]
    summary, *rest = re.split(r"\.(?:\s+|$)", "\n\n".join(lines), maxsplit=1)
    return summary, "".join(rest)


def what_is_missing(view: Any) -> Iterator[str]:
    """What the author of an endpoint has to write before it can be described, a sentence each."""
    viewset, method = type(view).__name__, f"{type(view).__name__}.{view.action}()"
    if not inspect.getdoc(getattr(view, view.action)):
        yield f"{method} has no docstring: write one (override the method if it is inherited), first a summary."
    if not hasattr(view, "heading"):
        yield f"{viewset} has no `heading`: set it on the class, from the `swagger` module of its app."
    operation: Operation | None = getattr(view, "operations", {}).get(view.action)
    if operation is None:
        app = type(view).__module__.partition(".")[0]
        yield f"{viewset}.operations has no {view.action!r}: add it, with an example, in the `swagger` module of {app}."
        return
    for code, success in operation.responses.items():
        if success.shape and success.example is None:
            yield f"{viewset}.operations[{view.action!r}] has no example in its Success for {code}: give one."
    if operation.body and operation.body.example is None and not operation.body.is_form:
        yield f"{viewset}.operations[{view.action!r}] has no example in its Body: give one."
