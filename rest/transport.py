"""HTTP and HTTPS: what depends on how the client came, which a trusted proxy says."""

from http import HTTPStatus
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponseBase, HttpResponsePermanentRedirect
from django.utils.deprecation import MiddlewareMixin


def as_public_url(text: str) -> str:
    """The address where people find the server, without a slash at its end. Raises ValueError for what is none."""
    url = urlsplit(text)
    if url.scheme not in ("http", "https") or not url.hostname or url.query or url.fragment or url.username:
        raise ValueError(f"PUBLIC_URL={text[:200]!r} is no address such as https://films.example.com")
    return text.rstrip("/")


class TransportMiddleware(MiddlewareMixin):
    """Marks cookies `Secure` for whoever came by HTTPS, and keeps the method of what is redirected for good.

    Who comes by plain HTTP has to get cookies without the mark, because a browser would throw the others away: so
    logging in works either way. A client that is told 301 repeats its POST as a GET, without the body.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.cookies and request.is_secure():
            for cookie in response.cookies.values():
                cookie["secure"] = True
        if isinstance(response, HttpResponsePermanentRedirect) and request.method not in ("GET", "HEAD"):
            response.status_code = HTTPStatus.PERMANENT_REDIRECT.value
        return response
