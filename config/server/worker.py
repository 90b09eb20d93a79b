"""The server's worker: gunicorn keeps the processes, waitress the connections.

    listening sockets ─ gunicorn's arbiter ┬─ worker: one thread polls every connection (waitress)
                                           │            whole requests ─> THREADS ─> answers
                                           └─ worker …

A request takes a thread only when all of it has arrived, and gives it back when its answer has been put together: a
client that stalls costs a connection, and none of the threads. docs/decisions/0003-server.md says why it is built so.
"""

import logging
import os
import socket
import time
from collections.abc import Iterable
from types import FrameType
from typing import Any, TypeVar
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from gunicorn.workers.base import Worker
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer
from waitress.task import WSGITask

T = TypeVar("T")
POLL_SECONDS = 1
# What an application that is not Marquee (the benchmark's) is sent at most.
DEFAULT_BODY_BYTES = 10_000_000
HEADER_BYTES = 65_536


def longest_body() -> int:
    """What the application would not refuse anyhow. Of a body, 512 KB wait in memory, the rest in a temporary file."""
    if settings.configured and hasattr(settings, "MAX_BODY_BYTES"):
        return settings.MAX_BODY_BYTES + settings.MAX_COVER_BYTES
    return DEFAULT_BODY_BYTES


def without_bodies_for_head(application: WSGIApplication) -> WSGIApplication:
    """WSGI leaves it to the server to drop the bodies of answers to HEAD, and waitress to the application."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = application(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return body
        if hasattr(body, "close"):
            body.close()
        return []

    return answer


class RequestParser(HTTPRequestParser):
    """Leaves a body that is announced as too long where it is, so that the application refuses it in its own words."""

    left_body = False

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.content_length >= self.adj.max_request_body_size:
            self.close()  # what waits to receive it
            self.body_rcv, self.content_length = None, 0
            self.expect_continue, self.left_body = False, True


class Task(WSGITask):
    def start(self) -> None:
        super().start()
        if self.request.left_body:
            self.set_close_on_finish()

    def set_close_on_finish(self) -> None:
        """waitress would close the connection after an answer without a body, which ends by itself (204, 304)."""
        is_asked_to = self.request.left_body or self.request.connection_close or self.version == "1.0"
        if is_asked_to or self.has_body:
            super().set_close_on_finish()

    def finish(self) -> None:
        if self.request.command == "HEAD":
            self.write(b"")  # the headers, and no end of a chunked body
        else:
            super().finish()


class Channel(HTTPChannel):
    parser_class = RequestParser
    task_class = Task

    @property
    def is_busy(self) -> bool:
        """Whether a whole request is here that has not been answered to its last byte."""
        return bool(self.requests or self.total_outbufs_len)


class BufferingWorker(Worker):
    """One process: a loop that polls all connections, and the threads that answer whole requests."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.map: dict[int, wasyncore.dispatcher] = {}

    def run(self) -> None:
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a queue is no event
        self.server = create_server(without_bodies_for_head(self.wsgi), map=self.map, **self.adjustments())
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            # waitress waits for ever for clients who do not take their answers; Linux does not.
            patience = socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000 * self.cfg.keepalive
            self.server.adj.socket_options = [*self.server.adj.socket_options, patience]
        for listener in self.of_kind(BaseWSGIServer):
            listener.channel_class = Channel
        while self.alive and self.ppid == os.getppid():
            self.poll()
        self.finish()

    def adjustments(self) -> dict[str, Any]:
        """waitress's settings, from gunicorn's and the application's."""
        return {
            "sockets": [listener.sock for listener in self.sockets],
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
        self.notify()
        wasyncore.loop(timeout=POLL_SECONDS, use_poll=True, map=self.map, count=1)

    def finish(self) -> None:
        """Answers what has arrived whole, if that takes no longer than `graceful_timeout`."""
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
        return [each for each in self.map.values() if isinstance(each, kind)]
