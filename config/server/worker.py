"""The server's worker: gunicorn keeps the processes, waitress the connections.

    listening sockets ─ gunicorn's arbiter ┬─ worker: one thread polls every connection (waitress)
                                           │            whole requests ─> THREADS ─> answers
                                           └─ worker …

A request takes a thread only when all of it has arrived, and gives it back when its answer is complete in memory. So a
client that stalls costs a connection and no thread. docs/decisions/0003-server.md says why it is built so.
"""

import json
import logging
import os
import socket
import time
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any, TypeVar
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from gunicorn.workers.base import Worker
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import InternalServerError

from config.server.parsing import RequestParser, answers_refusals, refusal
from rest.refusals import HEADER_BYTES, REFUSAL

T = TypeVar("T")
POLL_SECONDS = 1
# The longest body for an application other than Marquee (the benchmark's).
DEFAULT_BODY_BYTES = 10_000_000
HEAR_OUT_SECONDS = 10  # for which a client may go on sending what nobody reads


def longest_body() -> int:
    """The bytes of the longest body that the application accepts. 512 KB of it wait in memory, the rest in a file."""
    if settings.configured and hasattr(settings, "MAX_BODY_BYTES"):
        return int(settings.MAX_BODY_BYTES + settings.MAX_COVER_BYTES)
    return DEFAULT_BODY_BYTES


def without_bodies_for_head(application: Callable[..., Iterable[bytes]]) -> WSGIApplication:
    """`application` with empty bodies for HEAD. WSGI leaves that to the server, and waitress to the application."""

    def without_body(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = application(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return body
        if hasattr(body, "close"):
            body.close()
        return []

    return without_body


class Task(WSGITask):
    """Closes a connection only where it must, and ends answers to HEAD after their headers."""

    def start(self) -> None:
        super().start()
        if self.request.left_body:
            self.channel.hears_out = True
            self.set_close_on_finish()

    def set_close_on_finish(self) -> None:
        """Keeps the connection after 204 and 304, which end by themselves. waitress alone would close it."""
        is_asked_to = self.request.left_body or self.request.connection_close or self.version == "1.0"
        if is_asked_to or self.has_body:
            self.request.headers["CONNECTION"] = "close"  # or waitress would promise HTTP/1.0 to keep it
            super().set_close_on_finish()

    def finish(self) -> None:
        if self.request.command == "HEAD":
            self.write(b"")  # the headers, and no end of a chunked body
        else:
            super().finish()


class RefusalTask(Task):
    """Lets the application answer what the server refuses, and closes the connection."""

    def start(self) -> None:
        super().start()
        self.channel.hears_out = True
        self.set_close_on_finish()

    def get_environment(self) -> WSGIEnvironment:
        environ: WSGIEnvironment = super().get_environment()
        environ[REFUSAL] = refusal(self.request.error)
        return environ


class FailureTask(ErrorTask):
    """Answers where the application failed, without asking it again."""

    def execute(self) -> None:
        status, title = self.request.error.code, self.request.error.reason
        detail, instance = refusal(self.request.error)[1], self.request.path
        problem = {"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": instance}
        body = json.dumps(problem).encode()
        self.status = f"{status} {title}"
        self.response_headers.append(("Content-Type", "application/problem+json"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


def error_task(channel: HTTPChannel, request: RequestParser) -> RefusalTask | ErrorTask:
    if not answers_refusals():
        return ErrorTask(channel, request)
    is_failure = isinstance(request.error, InternalServerError)
    return (FailureTask if is_failure else RefusalTask)(channel, request)


class Channel(HTTPChannel):
    """One client's connection.

    A client whose request was answered before it was read is *heard out*: the rest is read and thrown away. If the
    connection closed over bytes that nobody took, the client would see a reset instead of the answer.
    """

    parser_class = RequestParser
    task_class = Task
    error_task_class = staticmethod(error_task)
    hears_out = False
    deadline: float | None = None  # of the hearing out, on time.monotonic()'s clock

    @property
    def is_busy(self) -> bool:
        """Whether a whole request has arrived, and its answer has not been sent to the last byte."""
        return bool(self.requests or self.total_outbufs_len)

    def readable(self) -> bool:
        return self.deadline is not None or super().readable()

    def received(self, data: bytes) -> bool:
        if self.deadline is None:
            return bool(super().received(data))
        if time.monotonic() > self.deadline:
            self.handle_close()
        return False

    def handle_close(self) -> None:
        if not (self.hears_out and self.deadline is None and not self.total_outbufs_len and self.end_answers()):
            super().handle_close()

    def end_answers(self) -> bool:
        """Says to the client that no more comes, and begins to hear it out; False where it has gone."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        self.will_close = self.close_when_flushed = False
        self.deadline = time.monotonic() + HEAR_OUT_SECONDS
        return True


class BufferingWorker(Worker):
    """One process: a loop that polls all connections, and the threads that answer whole requests."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.map: dict[int, wasyncore.dispatcher] = {}  # by file descriptor: listeners, channels and waitress's trigger

    def run(self) -> None:
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a request that waits for a thread is no event
        self.server = create_server(without_bodies_for_head(self.wsgi), map=self.map, **self.adjustments())
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            # waitress has no limit for clients that do not take their answers. Linux has.
            limit = socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000 * self.cfg.keepalive
            self.server.adj.socket_options = [*self.server.adj.socket_options, limit]
        for listener in self.of_kind(BaseWSGIServer):
            listener.channel_class = Channel
        while self.alive and self.ppid == os.getppid():
            self.poll()
        self.finish()

    def adjustments(self) -> dict[str, Any]:
        """waitress's settings, from gunicorn's and the application's."""
        return {
            "sockets": [each.sock for each in self.sockets],  # type: ignore[attr-defined]  # gunicorn wraps its sockets
            "threads": self.cfg.threads,
            "connection_limit": self.cfg.worker_connections,
            "channel_timeout": self.cfg.keepalive,
            "cleanup_interval": POLL_SECONDS,
            "max_request_header_size": HEADER_BYTES,
            "max_request_body_size": longest_body() + 1,
            "clear_untrusted_proxy_headers": False,  # TRUSTED_PROXIES says which are believed
            "log_socket_errors": False,  # clients come and go
            "server_name": "localhost",
            "asyncore_use_poll": True,
        }

    def poll(self) -> None:
        """Serves whatever is ready on any connection; waits for POLL_SECONDS at most."""
        self.notify()
        wasyncore.loop(timeout=POLL_SECONDS, use_poll=True, map=self.map, count=1)

    def finish(self) -> None:
        """Answers the requests that have arrived whole, for `graceful_timeout` seconds at most, then closes all."""
        for listener in self.of_kind(BaseWSGIServer):
            listener.del_channel()
        deadline = time.monotonic() + self.cfg.graceful_timeout
        while any(channel.is_busy for channel in self.of_kind(Channel)) and time.monotonic() < deadline:
            self.poll()
        self.server.task_dispatcher.shutdown()
        wasyncore.close_all(self.map)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        for listener in self.of_kind(BaseWSGIServer):
            listener.pull_trigger()  # wakes the loop

    def of_kind(self, kind: type[T]) -> list[T]:
        """The open listeners, channels or whatever else is of that class."""
        return [each for each in self.map.values() if isinstance(each, kind)]
