"""Pages: one paginator for every list, and the envelopes in which the dialects send them.

Every list is a page, and every list sends the `Link` header (RFC 8288), so that a bare array can be paged too. Pages
have numbers. Where a list can go on after a given row (`KeysetListing`), the links to the next and previous pages also
carry a cursor, which takes precedence: such a page costs the same at any depth, and no row is shown twice or left out
because others were added or deleted meanwhile. The number stays in the links for clients that read it there.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import blake2b
from hmac import compare_digest
from typing import Any, Generic
from urllib.parse import quote, unquote_plus

import orjson
from django.utils.crypto import salted_hmac
from rest_framework.exceptions import NotFound
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

from rest.environ import address_of
from rest.exceptions import QueryTooLong
from rest.listings import Item, KeysetListing, Listing, RowListing, Slice
from rest.parameters import positive_number
from rest.payload import Payload
from rest.reads import costly_read

FORWARD, BACKWARD = "after", "before"
WHOLE = 1_000  # items of a list that its document shows whole
PLACE = {"page", "cursor"}  # the parameters that say where in a list
CURSOR_KEY = salted_hmac("marquee.cursor", "", algorithm="sha256").digest()
MAX_LINK_HEADER = 7_500  # characters: servers and clients refuse headers of more than 8 KB
AS_SENT = "%&=+,:;/?@!$'()*~[]"  # what a link repeats of a query as it is; the rest would end the link


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


# --- Pages ----------------------------------------------------------------------------------------------------------


class Page(Generic[Item]):
    """The items that a request gets of a listing, and the addresses of the pages around it."""

    def __init__(
        self,
        request: Request,
        listing: Listing[Item],
        found: Slice[Item],
        *,
        size: int,  # of a full page
        number: int | None,  # from 1; None behind a cursor that came without a number
        has_previous: bool,
        has_next: bool,
    ) -> None:
        self.request = request
        self.order = listing.order if isinstance(listing, KeysetListing) else None  # None: it has no cursors
        self.items, self.total, self.edges = found.items, found.total, found.edges
        self.size, self.number = size, number
        self.base = address_of(request._request)
        self.others = other_parameters(request)
        self.next = self.neighbour(FORWARD, 1) if has_next else None
        self.previous = self.neighbour(BACKWARD, -1) if has_previous else None

    def neighbour(self, direction: str, step: int) -> str:
        number = self.number and self.number + step
        place = f"page={number}" if number else ""
        if self.order is None or self.edges is None:
            return self.address(place if number != 1 else "")
        cursor = cursor_of(self.order, direction, self.edges[1 if direction == FORWARD else 0])
        return self.address(f"cursor={cursor}&{place}" if place else f"cursor={cursor}")

    def address(self, place: str) -> str:
        """The address of this list at another place. Numbers and cursors need no quoting."""
        query = f"{place}&{self.others}" if place and self.others else place or self.others
        return f"{self.base}?{query}" if query else self.base

    def link_header(self) -> str:
        """`Link` with rel=first, prev, next and last, as far as they exist."""
        links = {
            "first": self.address("page=1"),
            "prev": self.previous,
            "next": self.next,
            "last": self.address(f"page={page_count(self.total, self.size)}"),
        }
        return link_header({rel: link for rel, link in links.items() if link})


def other_parameters(request: Request) -> str:
    """The part of the query that all pages of a list have in common, as it was sent."""
    query = request.META.get("QUERY_STRING")
    if not query:
        return ""
    others = "&".join([part for part in query.split("&") if part and parameter_of(part) not in PLACE])
    return others and quote(others.encode("latin-1"), safe=AS_SENT)  # WSGI has bytes in this form


def parameter_of(part: str) -> str:
    """The name of the parameter in a part of a query, which may be quoted as well."""
    name = part.partition("=")[0]
    return unquote_plus(name) if "%" in name or "+" in name else name


def link_header(links: dict[str, str]) -> str:
    """The `Link` header of rel → address. Where it would be too long, it has those that matter most.

    Raises QueryTooLong where not even one fits: a client could not go on, and would not know.
    """
    header = joined(links)
    if len(header) <= MAX_LINK_HEADER:
        return header
    by_need = [rel for rel in ("next", "prev", "first", "last") if rel in links]
    while len(header) > MAX_LINK_HEADER:
        if len(by_need) == 1:
            raise QueryTooLong
        by_need.pop()
        header = joined({rel: links[rel] for rel in by_need})
    return header


def joined(links: dict[str, str]) -> str:
    return ", ".join([f'<{link}>; rel="{rel}"' for rel, link in links.items()])


def page_count(total: int, size: int) -> int:
    """How many pages so many items are; an empty list is one empty page."""
    return max(1, -(-total // size))


def page_number(text: str) -> int:
    """A page's number as it was sent. Raises NotFound for anything but a number from 1."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
    if number == 0:
        raise NotFound("Invalid page.")
    return number


def numbered_page(listing: Listing[Item], request: Request, *, size: int, number: int) -> Page[Item]:
    """Page `number` (from 1). Raises NotFound where the listing ends before it."""
    start = (number - 1) * size
    found = listing.slice(start, size)
    if start >= found.total and number > 1:
        raise NotFound("Invalid page.")
    return Page(request, listing, found, size=size, number=number, has_previous=number > 1, has_next=found.has_more)


def page_at(
    listing: KeysetListing[Item], cursor: str, request: Request, *, size: int, number: int | None
) -> Page[Item]:
    """The page at a cursor. Raises NotFound where the cursor is not one of this listing."""
    direction, key = read_cursor(cursor, listing.order)
    found = listing.after(key, size) if direction == FORWARD else listing.before(key, size)
    # Where the page has items at all, the one that the cursor names is on its other side.
    sides = found.edges is not None, found.has_more
    has_previous, has_next = sides if direction == FORWARD else sides[::-1]
    return Page(request, listing, found, size=size, number=number, has_previous=has_previous, has_next=has_next)


# --- Envelopes ------------------------------------------------------------------------------------------------------


class EnvelopePagination(PageNumberPagination):
    """`{"count", "next", "previous", "results"}`; `page_size` is clamped to 100, a bad `page` or `cursor` is 404.

    A subclass changes the envelope: `get_envelope()`.
    """

    page_size = 20
    page_query_param = "page"
    page_size_query_param = "page_size"
    max_page_size = 100
    cursor_query_param = "cursor"

    # --- What our views ask: a listing in, a payload out ---

    def page_of(self, listing: Listing[Item], request: Request) -> Page[Item]:
        """The page that the request asks for. Raises NotFound for a page or cursor that there is not."""
        size = self.get_page_size(request)
        text = request.query_params.get(self.page_query_param)
        cursor = request.query_params.get(self.cursor_query_param)
        if cursor and isinstance(listing, KeysetListing):
            return page_at(listing, cursor, request, size=size, number=page_number(text) if text else None)
        if text in self.last_page_strings:
            number = page_count(listing.total(), size)
        else:
            number = page_number(text) if text else 1
        return numbered_page(listing, request, size=size, number=number)

    def get_page_size(self, request: Request) -> int:
        """Raises ValidationError for a bad one, where the dialect refuses it."""
        return positive_number(request, self.page_size_query_param, default=self.page_size, most=self.max_page_size)

    def payload(self, page: Page[Any], data: Any) -> Payload:
        """The page in its envelope, with its `Link` header. `data` are its items as the client gets them."""
        return Payload(self.get_envelope(page, data), {"Link": page.link_header()})

    def get_envelope(self, page: Page[Any], data: Any) -> Any:
        return {"count": page.total, "next": page.next, "previous": page.previous, "results": data}

    # --- What REST framework's own views ask ---

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        with costly_read(request):
            self.current: Page[Any] = self.page_of(RowListing(queryset), request)
        return list(self.current.items)

    def get_paginated_response(self, data: Any) -> Response:
        payload = self.payload(self.current, data)
        return Response(payload.data, headers=payload.headers)


class WholeArrayPagination(EnvelopePagination):
    """`[…]`: everything up to a thousand items, for clients that know no pages; the `Link` header tells the rest."""

    page_size = max_page_size = WHOLE

    def get_envelope(self, page: Page[Any], data: Any) -> Any:
        return data

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return schema
