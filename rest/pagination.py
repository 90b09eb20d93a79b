"""Pages: one paginator for every list, and the envelopes in which the dialects send them.

Every list is a page, and every list sends the `Link` header (RFC 8288), so that a bare array can be paged too. Pages
have numbers. Where a list can go on after a given row (`KeysetListing`), the links to the next and previous pages also
carry a cursor, which takes precedence: such a page costs the same at any depth, and no row is shown twice or left out
because others were added or deleted meanwhile. The number stays in the links for clients that read it there.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from hmac import compare_digest
from typing import Any
from urllib.parse import urlencode

import orjson
from django.utils.crypto import salted_hmac
from rest_framework.exceptions import NotFound
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

from rest.payload import Payload

Row = Sequence[Any]  # an item and, in a KeysetListing, the key by which it is ordered
FORWARD, BACKWARD = "after", "before"
CURSOR_KEY = salted_hmac("marquee.cursor", "", algorithm="sha256").digest()


class Listing:
    """Items in an order."""

    def page(self, start: int, size: int) -> tuple[list[Row], int]:
        """At most `size` rows from the place `start` (0 is the first) on, and how many there are in all."""
        raise NotImplementedError


class KeysetListing(Listing):
    """A listing that can go on at any row. `order` names its order; a cursor is good for that order alone."""

    order: str

    def after(self, key: Sequence[Any], size: int) -> tuple[list[Row], int]:
        """The next `size` rows after the one with `key`, and how many there are in all."""
        raise NotImplementedError

    def before(self, key: Sequence[Any], size: int) -> tuple[list[Row], int]:
        """The last `size` rows before the one with `key`, in order, and how many there are in all."""
        raise NotImplementedError


class QuerySetPages(Listing):
    """Any ordered queryset as a listing."""

    def __init__(self, queryset: Any) -> None:
        self.queryset = queryset

    def page(self, start: int, size: int) -> tuple[list[Row], int]:
        count = self.queryset.count()
        return [(item,) for item in self.queryset[start : start + size]] if start < count else [], count


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    count: int  # of the whole list
    number: int | None  # from 1; None behind a cursor that came without a number
    has_previous: bool
    has_next: bool
    order: str | None = None  # None: this list has no cursors


# --- Cursors --------------------------------------------------------------------------------------------------------


SIGNATURE = 16  # bytes: nobody guesses 128 bits


def signature(payload: bytes) -> bytes:
    return blake2b(payload, key=CURSOR_KEY, digest_size=SIGNATURE).digest()


def cursor_of(order: str, direction: str, key: Sequence[Any]) -> str:
    """An opaque text that says where to go on. It is signed, so that a key is never anything but one we gave."""
    payload = orjson.dumps([order, direction, *key])
    return urlsafe_b64encode(signature(payload) + payload).decode().rstrip("=")


def read_cursor(text: str, order: str) -> tuple[str, list[Any]]:
    """The direction and the key. Raises NotFound where it is not a cursor of that order."""
    try:
        data = urlsafe_b64decode(f"{text}{'=' * (-len(text) % 4)}".encode("ascii"))
    except ValueError as error:
        raise NotFound("Invalid cursor.") from error
    payload = data[SIGNATURE:]
    if not compare_digest(data[:SIGNATURE], signature(payload)):
        raise NotFound("Invalid cursor.")
    its_order, direction, *key = orjson.loads(payload)
    if its_order != order:
        raise NotFound("Invalid cursor: it belongs to another order of this list.")
    return direction, key


# --- Envelopes ------------------------------------------------------------------------------------------------------


class EnvelopePagination(PageNumberPagination):
    """`{"count", "next", "previous", "results"}`; `page_size` is clamped to 100, a bad `page` or `cursor` is 404."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
    cursor_query_param = "cursor"

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The items of the page that the request asks for, of a queryset or a Listing."""
        self.request = request
        listing = queryset if isinstance(queryset, Listing) else QuerySetPages(queryset)
        size = self.get_page_size(request)
        cursor = request.query_params.get(self.cursor_query_param)
        if cursor and isinstance(listing, KeysetListing):
            self.page = self.page_at(listing, cursor, size)
        else:
            self.page = self.numbered_page(listing, size)
        self.size = size
        return [row[0] for row in self.page.rows]

    def numbered_page(self, listing: Listing, size: int) -> Page:
        text = self.request.query_params.get(self.page_query_param) or "1"
        number = None if text in self.last_page_strings else self.number(text)
        if number is None:
            number = pages(listing.page(0, 1)[1], size)
        start = (number - 1) * size
        rows, count = listing.page(start, size)
        if start >= count and number > 1:
            raise NotFound("Invalid page.")
        order = listing.order if isinstance(listing, KeysetListing) else None
        return Page(rows, count, number, number > 1, start + size < count, order)

    def page_at(self, listing: KeysetListing, cursor: str, size: int) -> Page:
        direction, key = read_cursor(cursor, listing.order)
        text = self.request.query_params.get(self.page_query_param)
        number = self.number(text) if text else None
        # One row more than are shown tells whether there are others.
        if direction == FORWARD:
            rows, count = listing.after(key, size + 1)
            return Page(rows[:size], count, number, bool(rows), len(rows) > size, listing.order)
        rows, count = listing.before(key, size + 1)
        return Page(rows[-size:], count, number, len(rows) > size, bool(rows), listing.order)

    @staticmethod
    def number(text: str) -> int:
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
        if number == 0:
            raise NotFound("Invalid page.")
        return number

    # --- Links ---

    def address(self, **place: Any) -> str:
        """The address of this list at another place. Numbers and cursors need no quoting."""
        if not self.others:
            query = "&".join(f"{name}={place[name]}" for name in sorted(place) if place[name])
        else:
            query = urlencode(sorted([*self.others, *((name, str(value)) for name, value in place.items() if value)]))
        return f"{self.base}?{query}" if query else self.base

    def get_next_link(self) -> str | None:
        return self.neighbour(FORWARD, 1) if self.page.has_next and self.page.rows else None

    def get_previous_link(self) -> str | None:
        return self.neighbour(BACKWARD, -1) if self.page.has_previous and self.page.rows else None

    def neighbour(self, direction: str, step: int) -> str:
        page = self.page
        row = page.rows[-1 if direction == FORWARD else 0]
        cursor = cursor_of(page.order, direction, row[1:]) if page.order else None
        number = page.number and page.number + step
        return self.address(page=number if cursor or number != 1 else None, cursor=cursor)

    def get_paginated_response(self, data: Any) -> Response:
        answer = self.get_answer(data)
        return Response(answer.data, headers=answer.headers)

    def get_answer(self, data: Any) -> Payload:
        self.base = self.request.build_absolute_uri(self.request.path)
        own = (self.page_query_param, self.cursor_query_param)
        self.others = [(name, value) for name, value in parameters(self.request) if name not in own]
        self.next, self.previous = self.get_next_link(), self.get_previous_link()
        return Payload(self.get_envelope(data), {"Link": self.link_header()})

    def link_header(self) -> str:
        """`Link` with rel=first, prev, next and last, as far as they exist."""
        links = {
            "first": self.address(page=1),
            "prev": self.previous,
            "next": self.next,
            "last": self.address(page=pages(self.page.count, self.size)),
        }
        return ", ".join(f'<{link}>; rel="{rel}"' for rel, link in links.items() if link)

    def get_envelope(self, data: Any) -> Any:
        return {"count": self.page.count, "next": self.next, "previous": self.previous, "results": data}


def parameters(request: Request) -> list[tuple[str, str]]:
    if not request.META.get("QUERY_STRING"):
        return []
    return [(name, value) for name, values in request.query_params.lists() for value in values]


def pages(count: int, size: int) -> int:
    """How many pages so many items are; an empty list is one empty page."""
    return max(1, -(-count // size))


class BareArrayPagination(EnvelopePagination):
    """`[…]`: the page's items alone; the `Link` header tells the rest."""

    def get_envelope(self, data: Any) -> Any:
        return data

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return schema


class WholeArrayPagination(BareArrayPagination):
    """A bare array that is short by nature (the genres): a hundred a page unless asked otherwise."""

    page_size = 100
