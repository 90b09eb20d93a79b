"""Requests as they come off the wire, and what the server has to refuse of them.

waitress answers what it refuses itself, in plain text. Here such a request goes to the application all the same, with
the refusal in its environ: so it is counted, and answered in the application's shape and with its headers. The
connection is closed, because nobody knows where the next request would begin.
"""

import sys
from http import HTTPStatus
from typing import Any

from django.conf import settings
from waitress.parser import HTTPRequestParser, ParsingError, crack_first_line, split_uri
from waitress.utilities import Error, RequestHeaderFieldsTooLarge

from rest.refusals import HEADER_BYTES, HEADERS_TOO_LONG

LONGEST_SENTENCE = 200  # characters: waitress quotes the line that it does not understand
ANSWERS_REFUSALS = "rest.middleware.RefusalMiddleware"
VERSIONS = ("1.0", "1.1")
SENTENCES = {
    "Bad URI": "The address has bytes that are not ASCII: send them percent-encoded.",
    "Start line is invalid": "The request line is not valid.",
}


class Refusal(Error):
    """What waitress does not refuse by itself: a status and a sentence."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.reason = status.value, status.phrase


def refusal(error: Any) -> tuple[int, str]:
    """The status and a sentence for what waitress calls an error."""
    if isinstance(error, RequestHeaderFieldsTooLarge):
        return error.code, HEADERS_TOO_LONG
    text = SENTENCES.get(error.body, error.body[:LONGEST_SENTENCE])
    return error.code, f"{text.rstrip('.')}."


def answers_refusals() -> bool:
    """Whether the application is one that answers what the server refuses."""
    return settings.configured and ANSWERS_REFUSALS in settings.MIDDLEWARE


class RequestParser(HTTPRequestParser):
    """Leaves a body unread that is announced as too long, so that the application refuses it in its own words.

    Where two readers could disagree about the end of a request, it is refused.
    """

    # What stands for the parts of a request that could not be read.
    command, path, query, request_uri, url_scheme = "GET", "/", "", "/", "http"
    content_length: int
    body_rcv: Any
    left_body = False

    def received(self, data: bytes) -> int:
        seen = self.header_plus + data if self.body_rcv is None else b""
        consumed: int = super().received(data)
        if self.chunked and not self.completed and self.pending() > HEADER_BYTES:
            self.refuse(HTTPStatus.BAD_REQUEST, "A line between the chunks of the body is too long.")
        if self.error:
            self.expect_continue = False
            self.recognise(seen)
        return consumed

    def pending(self) -> int:
        """The bytes that are read again each time, until the line that they belong to has ended."""
        return len(self.body_rcv.control_line) + len(self.body_rcv.trailer)

    def recognise(self, seen: bytes) -> None:
        """Reads method, path and version of what is refused, as far as they can be read."""
        line = seen.lstrip().partition(b"\r\n")[0]
        try:
            method, address, version = (part.decode("latin-1") for part in crack_first_line(line))
            path = split_uri(address.encode("latin-1"))[2]
        except (ParsingError, ValueError):
            return
        if method:
            self.command, self.path, self.request_uri = method, path, address
        if version in VERSIONS:
            self.version = version

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError as error:
            if len(self.headers.get("CONTENT_LENGTH", "")) <= sys.get_int_max_str_digits():
                raise ParsingError("The address is not valid") from error
            self.leave_body()  # its length has too many digits for a number
        if self.content_length >= self.adj.max_request_body_size:
            self.leave_body()
        self.expect_continue = self.expect_continue and self.body_rcv is not None
        self.refuse_what_is_doubtful()

    def leave_body(self) -> None:
        self.close()  # closes what would receive it
        self.body_rcv, self.content_length = None, 0
        self.expect_continue, self.left_body = False, True

    def refuse_what_is_doubtful(self) -> None:
        if not self.version:
            self.refuse(HTTPStatus.BAD_REQUEST, "The request line has no version of HTTP.")
        elif self.version not in VERSIONS:
            self.refuse(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "This server speaks HTTP/1.1 and HTTP/1.0.")
        elif self.version == "1.1" and "HOST" not in self.headers:
            self.refuse(HTTPStatus.BAD_REQUEST, "The request has no Host.")
        elif self.chunked and "CONTENT_LENGTH" in self.headers:
            self.refuse(HTTPStatus.BAD_REQUEST, "The request has both Content-Length and Transfer-Encoding.")
        elif "TRANSFER_ENCODING" in self.headers:
            self.refuse(HTTPStatus.BAD_REQUEST, "Transfer-Encoding is not known in HTTP/1.0.")
        elif self.headers.get("EXPECT", "").lower() not in ("", "100-continue"):
            self.refuse(HTTPStatus.EXPECTATION_FAILED, "The only expectation that is met is 100-continue.")

    def refuse(self, status: HTTPStatus, sentence: str) -> None:
        self.close()
        self.body_rcv, self.content_length, self.chunked = None, 0, False
        self.error, self.completed = Refusal(status, sentence), True
