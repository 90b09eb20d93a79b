"""Requests as they come off the wire, and what the server has to refuse of them.

httptools (llhttp, Node's parser) reads the bytes. What it or this module refuses goes to the application all the same,
with the refusal in its environ: so it is counted, and answered in the application's shape and with its headers. The
connection is closed then, because nobody knows where the next request would begin.
"""

import logging
from http import HTTPStatus
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO
from urllib.parse import unquote_to_bytes, urlsplit

import httptools

from rest.refusals import HEADER_BYTES, HEADERS_TOO_LONG

logger = logging.getLogger(__name__)

BODY_IN_MEMORY = 524_288  # bytes; what is longer waits in a file
VERSIONS = ("1.0", "1.1")
UNREAD = "0.0"  # what llhttp calls the version before it has read it
TOO_LONG_A_LENGTH = "Content-Length overflow"  # as llhttp calls it
BAD_REQUEST = HTTPStatus.BAD_REQUEST


class Request:
    """One request, whole unless it is refused. What could not be read of a refused one has a stand-in."""

    method, address, version = "GET", "/", "1.1"
    path, query = "/", ""  # as WSGI has them
    keeps_connection = False
    expects_continue = False
    left_body = False  # it was announced as too long, and stays unread: the application refuses it in its own words
    refusal: tuple[HTTPStatus, str] | None = None

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}  # by the name that WSGI gives to them, without HTTP_
        self.body: IO[bytes] = BytesIO()
        self.body_bytes = 0
        self.is_chunked = False

    def add_header(self, name: str, value: str) -> None:
        """Names with an underscore are left out: behind them others could hide, which proxies set."""
        if "_" in name:
            return
        key = name.upper().replace("-", "_")
        if key in self.headers:
            value = f"{self.headers[key]}{'; ' if key == 'COOKIE' else ', '}{value}"
        self.headers[key] = value

    def add_to_body(self, data: bytes) -> None:
        if self.body_bytes + len(data) > BODY_IN_MEMORY and isinstance(self.body, BytesIO):
            beginning = self.body.getvalue()
            self.body = TemporaryFile(prefix="marquee-body-")  # noqa: SIM115 - close() does
            self.body.write(beginning)
        self.body.write(data)
        self.body_bytes += len(data)

    def close(self) -> None:
        self.body.close()


class RequestParser:
    """Bytes → `requests`, in their order. After one that is refused, or left unread, nothing is read any more."""

    def __init__(self, longest_body: int) -> None:
        self.longest_body = longest_body
        self.requests: list[Request] = []
        self.is_over = False  # the next request cannot be found any more
        self._parser = httptools.HttpRequestParser(self)
        self._request: Request | None = None  # that has begun
        self._begin()

    def _begin(self) -> None:
        self._url, self._has_head = b"", False
        self._head_bytes = 0  # that have arrived, of headers without an end so far
        self._read_bytes = 0  # of the address and the headers
        self._silent_bytes = 0  # since the last byte of the body

    @property
    def has_begun(self) -> bool:
        """Whether a part of a request has arrived."""
        return self._request is not None

    @property
    def awaits_continue(self) -> bool:
        """Whether the client waits for a word before it sends the body."""
        return self._request is not None and self._has_head and self._request.expects_continue

    def continues(self) -> None:
        if self._request is not None:
            self._request.expects_continue = False

    def feed(self, data: bytes) -> None:
        read_before, bytes_before = len(self.requests), self._body_bytes()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.is_over = True  # the request is whole; what follows would be of another protocol
        except httptools.HttpParserCallbackError as error:
            raise error.__context__ or error from error
        except httptools.HttpParserInvalidURLError as error:
            self._url = b""  # of which a part may have come
            self._refuse_unread(str(error))
        except httptools.HttpParserError as error:
            self._refuse_unread(str(error))
        if not self.is_over and self._request is not None and read_before == len(self.requests):
            self._limit(len(data), has_body=self._body_bytes() > bytes_before)

    def _body_bytes(self) -> int:
        return self._request.body_bytes if self._request is not None else 0

    def _limit(self, size: int, *, has_body: bool) -> None:
        """Refuses headers, and lines between the chunks of a body, that have no end."""
        if not self._has_head:
            self._head_bytes += size
            if self._head_bytes > HEADER_BYTES:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, HEADERS_TOO_LONG)
            return
        self._silent_bytes = 0 if has_body else self._silent_bytes + size
        if self._silent_bytes > HEADER_BYTES:
            self._refuse(BAD_REQUEST, "A line between the chunks of the body is too long.")

    # --- What httptools calls ---

    def on_message_begin(self) -> None:
        if not self.is_over:
            self._request = Request()
            self._begin()

    def on_url(self, url: bytes) -> None:
        self._url += url
        self._read_bytes += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._request is None or self._has_head or self.is_over:
            return  # what follows the last chunk is read over
        self._read_bytes += len(name) + len(value) + len(": \r\n")
        self._request.add_header(name.decode("latin-1"), value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        request = self._request
        if request is None or self.is_over:
            return
        self._has_head = True
        self._read_line(request)
        if self._read_bytes > HEADER_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, HEADERS_TOO_LONG)
        elif found := doubt(request):
            self._refuse(*found)
        else:
            self._begin_body(request)

    def _begin_body(self, request: Request) -> None:
        request.keeps_connection = self._parser.should_keep_alive()
        request.is_chunked = request.headers.pop("TRANSFER_ENCODING", None) is not None
        length = int(request.headers.get("CONTENT_LENGTH", 0))
        expects = request.headers.get("EXPECT", "").lower() == "100-continue"
        request.expects_continue = expects and (request.is_chunked or length > 0)
        if length > self.longest_body:
            self._leave_body(request)

    def on_body(self, data: bytes) -> None:
        request = self._request
        if request is None or self.is_over:
            return
        if request.body_bytes + len(data) > self.longest_body:
            sentence = f"The body is longer than {self.longest_body} bytes."
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentence)
            return
        try:
            request.add_to_body(data)
        except OSError as error:
            logger.error("A body could not be kept: %s.", error.strerror)
            self._refuse(HTTPStatus.INSUFFICIENT_STORAGE, "There is no room for the body at the moment.")

    def on_message_complete(self) -> None:
        request = self._request
        if request is None or self.is_over:
            return
        if request.is_chunked:
            request.headers["CONTENT_LENGTH"] = str(request.body_bytes)
        self._end(request)

    # --- Refusals ---

    def _read_line(self, request: Request) -> None:
        """What has been read of the request line."""
        if not self._url:
            return
        request.method = self._parser.get_method().decode("ascii")
        request.version = self._parser.get_http_version()
        request.address = self._url.decode("latin-1")
        try:
            parts = urlsplit(request.address if request.address[0] != "/" else f"http://host{request.address}")
        except ValueError:
            request.address = "/"
            self._refuse(BAD_REQUEST, "The address is not valid.")
            return
        path = unquote_to_bytes(parts.path).decode("latin-1")
        request.path = f"/{path.lstrip('/')}" if path.startswith("/") else path
        request.query = parts.query

    def _refuse_unread(self, reason: str) -> None:
        """For what httptools gives up at."""
        request = self._request or Request()
        if self.is_over or (self._request is None and self.requests):
            self.is_over = True  # it followed a request that was to be the last
            return
        self._request = request
        if not self._has_head:
            self._read_line(request)
        if self.is_over:
            return
        if request.version not in (*VERSIONS, UNREAD):
            self._refuse(*wrong_version(request))
        elif reason == TOO_LONG_A_LENGTH:
            self._leave_body(request)
        else:
            self._refuse(BAD_REQUEST, f"The request is not valid: {reason}.")

    def _leave_body(self, request: Request) -> None:
        request.left_body, request.expects_continue = True, False
        request.headers.setdefault("CONTENT_LENGTH", str(self.longest_body + 1))
        self._end(request)
        self.is_over = True

    def _refuse(self, status: HTTPStatus, sentence: str) -> None:
        if self._request is not None and not self.is_over:
            self._request.refusal = status, sentence
            self._request.expects_continue = False
            self._end(self._request)
        self.is_over = True

    def _end(self, request: Request) -> None:
        request.body.seek(0)
        self.requests.append(request)
        self._request = None


def doubt(request: Request) -> tuple[HTTPStatus, str] | None:
    """Why a request is refused that httptools understands; where two readers could disagree about its end, for one."""
    coding = request.headers.get("TRANSFER_ENCODING")
    if request.version not in VERSIONS:
        return wrong_version(request)
    if request.version == "1.1" and "HOST" not in request.headers:
        return BAD_REQUEST, "The request has no Host."
    if coding is not None and request.version == "1.0":
        return BAD_REQUEST, "Transfer-Encoding is not known in HTTP/1.0."
    if coding is not None and coding.lower() != "chunked":
        return HTTPStatus.NOT_IMPLEMENTED, "The only Transfer-Encoding that is understood is chunked."
    if request.headers.get("EXPECT", "").lower() not in ("", "100-continue"):
        return HTTPStatus.EXPECTATION_FAILED, "The only expectation that is met is 100-continue."
    return None


def wrong_version(request: Request) -> tuple[HTTPStatus, str]:
    if request.version == "0.9":
        return BAD_REQUEST, "The request line has no version of HTTP."
    return HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "This server speaks HTTP/1.1 and HTTP/1.0."
