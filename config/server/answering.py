"""A request to WSGI, and what the application says to the bytes of an answer."""

import logging
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from tempfile import TemporaryFile
from time import time
from typing import IO, Any
from wsgiref.types import WSGIApplication, WSGIEnvironment

from django.conf import settings

from config.server.parsing import Request
from rest.current import CURRENT, current_request_id
from rest.refusals import REFUSAL
from rest.request_ids import HEADER

logger = logging.getLogger(__name__)

ANSWERS_REFUSALS = "rest.middleware.RefusalMiddleware"
IN_MEMORY = 1 << 20  # bytes of an answer; the rest waits in a file
SENT = 1 << 18  # bytes at a time
WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


def answers_refusals() -> bool:
    """Whether the application is one that answers what the server refuses."""
    return settings.configured and ANSWERS_REFUSALS in settings.MIDDLEWARE


class Output:
    """Bytes that wait to be taken: the first of them in memory, what is more in a file."""

    def __init__(self) -> None:
        self._first = bytearray()
        self._file: IO[bytes] | None = None
        self._more = 0  # bytes in the file that have not been sent

    def __len__(self) -> int:
        return len(self._first) + self._more

    def write(self, data: bytes) -> None:
        if self._file is None and len(self._first) + len(data) <= IN_MEMORY:
            self._first += data
            return
        if self._file is None:
            self._file = TemporaryFile(prefix="marquee-answer-")  # noqa: SIM115 - close() does
        self._file.seek(0, 2)
        self._file.write(data)
        self._more += len(data)

    def send(self, send: Callable[[Any], int]) -> None:
        """Sends as much as is taken. `send` raises BlockingIOError where nothing more is."""
        while self._first:
            with memoryview(self._first) as view:
                sent = send(view[:SENT])
            del self._first[:sent]
        while self._more and self._file is not None:
            self._file.seek(-self._more, 2)
            self._more -= send(self._file.read(SENT))
        self.close()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file, self._more = None, 0


class Answer:
    """What WSGI calls `start_response`, and the bytes that become of it."""

    def __init__(self, request: Request, output: Output, closes: Callable[[], bool]) -> None:
        self.request, self.output = request, output
        self.closes = closes  # whether the connection closes after it: asked when the answer begins
        self.keeps_connection = request.keeps_connection
        self.has_begun = False
        self.status, self.headers = "", list[tuple[str, str]]()
        self.is_chunked = self.has_body = False

    def __call__(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        if exc_info and self.has_begun:
            raise exc_info[1].with_traceback(exc_info[2])
        self.status, self.headers = status, headers
        return self.write

    def write(self, data: bytes) -> None:
        if not self.has_begun:
            self.begin(None)
        if self.has_body and data:
            self.output.write(b"%x\r\n%s\r\n" % (len(data), data) if self.is_chunked else data)

    def begin(self, length: int | None) -> None:
        """Writes the headers. `length` is the body's, where all of it is known."""
        self.has_begun = True
        names = {name.lower() for name, _ in self.headers}
        headers = list(self.headers)
        code = int(self.status[:3])
        is_bodiless = code in WITHOUT_BODY or code < HTTPStatus.OK
        self.has_body = not is_bodiless and self.request.method != "HEAD"
        if "content-length" not in names and not is_bodiless:
            if length is not None:
                headers.append(("Content-Length", str(length)))
            elif self.request.version == "1.1":
                self.is_chunked = True
                headers.append(("Transfer-Encoding", "chunked"))
            else:
                self.keeps_connection = False
        self.keeps_connection = self.keeps_connection and not self.closes()
        if not self.keeps_connection:
            headers.append(("Connection", "close"))
        elif self.request.version == "1.0":
            headers.append(("Connection", "Keep-Alive"))
        if "date" not in names:
            headers.append(("Date", date(int(time()))))
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
        self.output.write(f"HTTP/1.1 {self.status}\r\n{lines}\r\n".encode("latin-1"))

    def finish(self, body: Iterable[bytes]) -> None:
        if isinstance(body, list | tuple):
            content = body[0] if len(body) == 1 else b"".join(body)
            if not self.has_begun:
                self.begin(len(content))
            self.write(content)
        else:
            for part in body:
                self.write(part)
            if not self.has_begun:
                self.begin(0)
        if self.is_chunked and self.has_body:
            self.output.write(b"0\r\n\r\n")


@lru_cache(maxsize=2)
def date(second: int) -> str:
    return formatdate(second, usegmt=True)


def environ_of(request: Request, connection: WSGIEnvironment) -> WSGIEnvironment:
    """The request as WSGI has it. `connection` is what all requests of a connection have in common."""
    environ = {
        **connection,
        "REQUEST_METHOD": request.method,
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query,
        "REQUEST_URI": request.address,
        "SERVER_PROTOCOL": f"HTTP/{request.version}",
        "wsgi.input": request.body,
    }
    for name, value in request.headers.items():
        environ[name if name in ("CONTENT_LENGTH", "CONTENT_TYPE") else f"HTTP_{name}"] = value
    if request.refusal is not None:
        environ.pop("CONTENT_LENGTH", None)
        environ[REFUSAL] = request.refusal[0].value, request.refusal[1]
    return environ


def of_connection(server_port: int, address: Any) -> WSGIEnvironment:
    """`address` is the client's; that of a Unix socket has no host."""
    host, port = (address[0], str(address[1])) if isinstance(address, tuple) else ("localhost", "")
    return {
        "SCRIPT_NAME": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": str(server_port),
        "SERVER_SOFTWARE": "marquee",
        "REMOTE_ADDR": host,
        "REMOTE_HOST": host,
        "REMOTE_PORT": port,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }


def answer(application: WSGIApplication, request: Request, environ: WSGIEnvironment, answering: Answer) -> None:
    """Asks the application, and fails in its shape where it fails. Raises what it raises once its answer has begun."""
    CURRENT.begin("")  # what the thread answered before has another name
    if request.refusal is not None and not answers_refusals():
        status, sentence = request.refusal
        plain(answering, status, "text/plain; charset=utf-8", sentence.encode())
        return
    try:
        body: Any = application(environ, answering)
        if hasattr(body, "close"):
            with closing(body):
                answering.finish(body)
        else:
            answering.finish(body)
    except Exception:
        if answering.has_begun:
            raise
        logger.exception(
            "The application failed outright at %s: request %s.", request.path, current_request_id() or "without a name"
        )
        fail(answering, request)


def fail(answering: Answer, request: Request) -> None:
    """Answers without asking the application again, in the shape that the path alone tells."""
    sentence = "The server failed to answer this request."
    if not answers_refusals():
        plain(answering, HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", sentence.encode())
        return
    from rest.errors import failure  # which needs settings, and there are none yet where this module is imported

    media_type, body = failure(request.path, HTTPStatus.INTERNAL_SERVER_ERROR, sentence)
    plain(answering, HTTPStatus.INTERNAL_SERVER_ERROR, media_type, body)


def plain(answering: Answer, status: HTTPStatus, media_type: str, body: bytes) -> None:
    """An answer of the server's own, after which the connection closes."""
    headers = [("Content-Type", media_type)]
    if current_request_id():
        headers.append((HEADER, current_request_id()))
    answering.keeps_connection = False
    answering(f"{status.value} {status.phrase}", headers)
    answering.finish([body])
