"""Pages: one paginator for every list, and the envelopes in which the dialects send them.

Every list is a page, and every list sends the `Link` header (RFC 8288), so that a bare array can be paged too.
"""

from typing import Any

from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param


class EnvelopePagination(PageNumberPagination):
    """`{"count", "next", "previous", "results"}`; `page_size` is clamped to 100, a bad `page` is 404."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100

    def link_header(self) -> str:
        """`Link` with rel=first, prev, next and last, as far as they exist."""
        address = self.request.build_absolute_uri()
        links = {
            "first": replace_query_param(address, self.page_query_param, 1),
            "prev": self.get_previous_link(),
            "next": self.get_next_link(),
            "last": replace_query_param(address, self.page_query_param, self.page.paginator.num_pages),
        }
        return ", ".join(f'<{link}>; rel="{rel}"' for rel, link in links.items() if link)

    def get_envelope(self, data: Any) -> Any:
        return {
            "count": self.page.paginator.count,
            "next": self.get_next_link(),
            "previous": self.get_previous_link(),
            "results": data,
        }

    def get_paginated_response(self, data: Any) -> Response:
        return Response(self.get_envelope(data), headers={"Link": self.link_header()})


class BareArrayPagination(EnvelopePagination):
    """`[…]`: the page's items alone; the `Link` header tells the rest."""

    def get_envelope(self, data: Any) -> Any:
        return data

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return schema


class WholeArrayPagination(BareArrayPagination):
    """A bare array that is short by nature (the genres): a hundred a page unless asked otherwise."""

    page_size = 100
