"""The server's worker: gunicorn keeps the processes, waitress the connections.

    listening sockets ─ gunicorn's arbiter ┬─ worker: one thread polls every connection (waitress)
                                           │            whole requests ─> THREADS ─> answers
                                           └─ worker …

A request takes a thread only when all of it has arrived, and gives it back when its answer is complete in memory. So a
client that stalls costs a connection and no thread. docs/decisions/0003-server.md says why it is built so.
"""

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
from waitress.server import BaseWSGIServer
from waitress.task import ThreadedTaskDispatcher

from config.server.channel import Channel
from config.server.parsing import answers_refusals
from metrics.measures import measures
from rest.database.availability import AVAILABILITY
from rest.database.slow import open_connections
from rest.parents import end_with_parent
from rest.refusals import HEADER_BYTES

T = TypeVar("T")
POLL_SECONDS = 1
NEVER = 1 << 31  # seconds
LAST_POLL_SECONDS = 0.1  # between two looks when the process is about to end
KILLING_SECONDS = 2  # before gunicorn kills the process, it ends by itself
# The longest body for an application other than Marquee (the benchmark's).
DEFAULT_BODY_BYTES = 10_000_000
LIVENESS = "/livez"


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


class Dispatcher(ThreadedTaskDispatcher):
    """The threads of the process, and one more for `/livez` alone: it answers, whatever all others wait for."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        self.for_liveness = ThreadedTaskDispatcher()
        self.for_liveness.set_thread_count(1)
        self.set_thread_count(threads)

    def add_task(self, channel: Channel) -> None:
        if channel.requests[0].path.endswith(LIVENESS):
            self.for_liveness.add_task(channel)
        else:
            super().add_task(channel)


class BufferingWorker(Worker):
    """One process: a loop that polls all connections, and the threads that answer whole requests."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.map: dict[int, wasyncore.dispatcher] = {}  # by file descriptor: listeners, channels and waitress's trigger
        self.listeners: list[BaseWSGIServer] = []
        self.next_look = 0.0  # on time.monotonic()'s clock

    def run(self) -> None:
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a request that waits for a thread is no event
        end_with_parent(self.ppid)
        if settings.configured:
            AVAILABILITY.limit_waiting()
        dispatcher = Dispatcher(self.cfg.threads)
        application = without_bodies_for_head(self.wsgi)
        self.server = create_server(application, map=self.map, _dispatcher=dispatcher, **self.adjustments())
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            # waitress has no limit for clients that do not take their answers. Linux has.
            limit = socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000 * self.cfg.keepalive
            self.server.adj.socket_options = [*self.server.adj.socket_options, limit]
        self.listeners = self.of_kind(BaseWSGIServer)
        for listener in self.listeners:
            listener.channel_class = Channel
        while self.alive and self.ppid == os.getppid():
            self.poll()
            self.make_room()
            self.look_after_connections()
        self.finish()

    def adjustments(self) -> dict[str, Any]:
        """waitress's settings, from gunicorn's and the application's."""
        return {
            "sockets": [each.sock for each in self.sockets],  # type: ignore[attr-defined]  # gunicorn wraps its sockets
            "connection_limit": 2 * self.cfg.worker_connections,  # which is never reached: make_room()
            "channel_timeout": NEVER,  # drop_idle() closes them, whatever the clock says
            "max_request_header_size": HEADER_BYTES,
            "max_request_body_size": longest_body() + 1,
            "clear_untrusted_proxy_headers": False,  # TRUSTED_PROXIES says which are believed
            "log_socket_errors": False,  # clients come and go
            "server_name": "localhost",
            "asyncore_use_poll": True,
        }

    def poll(self, seconds: float = POLL_SECONDS) -> None:
        """Serves whatever is ready on any connection; waits for so many seconds at most."""
        self.notify()
        wasyncore.loop(timeout=seconds, use_poll=True, map=self.map, count=1)

    def look_after_connections(self) -> None:
        """What is done each second, whatever the wall clock says."""
        if time.monotonic() >= self.next_look:
            self.next_look = time.monotonic() + POLL_SECONDS
            self.drop_idle()
            self.measure()

    def drop_idle(self) -> None:
        """Closes the connections on which nothing has happened for `keepalive` seconds."""
        for channel in self.of_kind(Channel):
            if channel.idle_seconds > self.cfg.keepalive:
                channel.handle_close()

    def make_room(self) -> None:
        """Keeps room for newcomers: closes the connection on which nothing has happened for longest.

        Where each of them waits for its answer, newcomers wait, too.
        """
        if len(self.map) >= self.cfg.worker_connections:
            waiting = [channel for channel in self.of_kind(Channel) if not channel.is_answering]
            if waiting:
                max(waiting, key=lambda channel: channel.idle_seconds).handle_close()
        for listener in self.listeners:
            listener.accepting = len(self.map) < self.cfg.worker_connections

    def measure(self) -> None:
        """Says to /metrics how busy this process is; for an application of Marquee's own."""
        if not answers_refusals():
            return
        measures.set("threads", self.cfg.threads)
        measures.set("waiting", len(self.server.task_dispatcher.queue))
        measures.set("connections", len(self.of_kind(Channel)))
        measures.set("db_connections", open_connections())

    def finish(self) -> None:
        """Answers what has been asked, and what is asked for a moment yet, and closes each connection after its answer.

        It takes as many seconds as the slowest answer; it ends before gunicorn would kill the process.
        """
        begun = time.monotonic()
        Channel.is_ending = True
        self.poll(0)  # takes those who have connected already
        for listener in self.listeners:
            listener.del_channel()
        deadline = begun + self.cfg.graceful_timeout - KILLING_SECONDS
        while (channels := self.of_kind(Channel)) and time.monotonic() < deadline:
            self.poll(LAST_POLL_SECONDS)
            for channel in [channel for channel in channels if channel.may_end]:
                channel.handle_close()
        self.server.task_dispatcher.shutdown(timeout=KILLING_SECONDS / 2)
        wasyncore.close_all(self.map)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.alive:
            return  # a second signal, as from a supervisor and from the arbiter: the listeners may be closed
        super().handle_exit(sig, frame)
        for listener in self.listeners:
            listener.pull_trigger()  # wakes the loop

    handle_quit = handle_exit  # Ctrl-C and SIGQUIT: gunicorn's own would leave requests unanswered

    def of_kind(self, kind: type[T]) -> list[T]:
        """The open listeners, channels or whatever else is of that class."""
        return [each for each in self.map.values() if isinstance(each, kind)]
