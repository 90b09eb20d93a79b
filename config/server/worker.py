"""The server's worker: gunicorn keeps the processes, this one the connections of a process.

    listening sockets ─ gunicorn's arbiter ┬─ worker: an epoll of all connections
                                           │     THREADS wait in it: one reads, answers and writes what it is woken for
                                           │     the main thread drops who is idle, and watches that somebody is free
                                           └─ worker …

A thread reads without waiting, and asks the application once a request is whole. It writes what the client takes, and
leaves the rest to whoever is woken when the client takes more. So a client that stalls costs a connection and no
thread, and no request is handed from one thread to another. docs/decisions/0003-server.md says why it is built so.
"""

import errno
import logging
import os
import select
import socket
import threading
import time
from collections import deque
from contextlib import suppress
from types import FrameType
from typing import Any, cast
from wsgiref.types import WSGIApplication

from django.conf import settings
from gunicorn.workers.base import Worker

from config.server.answering import answers_refusals, of_connection
from config.server.connection import Connection
from config.server.crew import Crew
from metrics.measures import measures
from rest.database.availability import AVAILABILITY
from rest.database.slow import open_connections
from rest.parents import end_with_parent

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.05  # between two looks at whether any thread is free
AT_WORK = 4  # threads, with SQLite
SECOND = 1.0
KILLING_SECONDS = 2  # before gunicorn kills the process, it ends by itself
DEFAULT_BODY_BYTES = 10_000_000  # the longest body for an application other than Marquee (the benchmark's)
LIVENESS = "/livez"
ACCEPTED = 16  # connections at a time
READ, WRITE = select.EPOLLIN | select.EPOLLONESHOT, select.EPOLLOUT | select.EPOLLONESHOT
EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


def longest_body() -> int:
    """The bytes of the longest body that the application accepts."""
    if settings.configured and hasattr(settings, "MAX_BODY_BYTES"):
        return int(settings.MAX_BODY_BYTES + settings.MAX_COVER_BYTES)
    return DEFAULT_BODY_BYTES


def places(threads: int) -> int:
    """How many of the threads work at a time. With PostgreSQL all of them do: most wait for its answers."""
    is_elsewhere = os.environ.get("DATABASE_URL", "").startswith(("postgres", "pgsql"))
    return threads if is_elsewhere else min(threads, AT_WORK)


class BufferingWorker(Worker):
    """One process: threads that answer whole requests on connections which nobody waits for."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.connections: dict[int, Connection] = {}  # by file descriptor
        self.listeners: dict[int, socket.socket] = {}
        self.ready: deque[Connection] = deque()  # claimed, with a whole request
        self.free = 0  # threads that wait
        self.answered = 0
        self.next_second = 0.0  # on time.monotonic()'s clock
        self.counting = threading.Lock()

    def run(self) -> None:
        end_with_parent(self.ppid)
        if settings.configured:
            AVAILABILITY.limit_waiting()
        self.epoll = select.epoll()
        self.longest_body = longest_body()
        self.application = cast(WSGIApplication, self.wsgi)
        self.bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)  # wakes one thread
        self.epoll.register(self.bell, select.EPOLLIN | select.EPOLLET)
        for each in self.sockets:
            listener = each.sock  # type: ignore[attr-defined]  # gunicorn wraps its sockets
            listener.setblocking(False)
            self.listeners[listener.fileno()] = listener
            self.epoll.register(listener, READ)
        self.crew = Crew(places(self.cfg.threads))
        for number in range(self.cfg.threads):
            threading.Thread(target=self.serve, name=f"server-{number}", daemon=True).start()
        while self.alive and self.ppid == os.getppid():
            self.look_after()
        self.finish()

    # --- What each thread does ---

    def serve(self) -> None:
        self.crew.join()
        while True:
            try:
                self.crew.rest()
                for descriptor, _ in self.wait(0 if self.ready else -1):
                    self.crew.begin()
                    self.attend(descriptor)
                self.answer_ready()
            except Exception:  # a fault of ours: the thread goes on, or there would be one less without anybody knowing
                logger.exception("A thread of the server failed.")

    def wait(self, seconds: float) -> list[tuple[int, int]]:
        with self.counting:
            self.free += 1
        try:
            return self.epoll.poll(seconds, 1)
        finally:
            with self.counting:
                self.free -= 1

    def attend(self, descriptor: int) -> None:
        """Does whatever is due on that descriptor, and answers what has arrived whole."""
        if connection := self.claimed(descriptor):
            self.read(connection)
            self.release(connection)

    def read(self, connection: Connection) -> None:
        """Reads or writes what can be. Whatever fails, the connection goes, and not the thread."""
        try:
            if len(connection.output):
                connection.send()
                return
            connection.receive()
            if len(connection.output) and not connection.is_closed:
                connection.send()  # 100 Continue
        except Exception:
            connection.close(reset=True)
            logger.exception("A request could not be read.")

    def claimed(self, descriptor: int) -> Connection | None:
        """The connection, for this thread alone from now on; None where there is none, or somebody else is at it."""
        if descriptor in self.listeners:
            self.accept(self.listeners[descriptor])
        elif descriptor == self.bell:
            self.take_ring()
        else:
            connection = self.connections.get(descriptor)
            if connection is not None and connection.claim.acquire(blocking=False):
                return connection
        return None

    def release(self, connection: Connection) -> None:
        """Answers one request, where one is whole, and lets whoever is woken next have the connection."""
        if connection.parser.requests and not connection.is_closed and not len(connection.output):
            self.answer(connection)
        if connection.is_closed:
            self.forget(connection)
        elif connection.parser.requests and not len(connection.output):
            self.ready.append(connection)  # behind those who wait
        else:
            descriptor = connection.socket.fileno()
            event = WRITE if len(connection.output) else READ
            connection.claim.release()
            with suppress(OSError):  # the main thread may have dropped it in between
                self.epoll.modify(descriptor, event)

    def answer(self, connection: Connection) -> None:
        try:
            connection.answer_next(self.application)
        except (TimeoutError, ConnectionError):
            logger.debug("A client has not taken its answer.")
        except Exception:
            logger.exception("The application failed within an answer.")
        self.answered += 1

    def answer_ready(self) -> None:
        try:
            connection = self.ready.popleft()
        except IndexError:
            return
        self.crew.begin()
        self.release(connection)

    # --- Connections ---

    def accept(self, listener: socket.socket) -> None:
        for _ in range(ACCEPTED):
            if not self.has_room():
                return  # the main thread listens again
            try:
                client, address = listener.accept()
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno in EXHAUSTED:
                    return
                continue  # the client has gone
            self.welcome(client, address)
        self.listen(listener)

    def welcome(self, client: socket.socket, address: Any) -> None:
        client.setblocking(False)
        if client.family != socket.AF_UNIX:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # What the kernel still has to send to a client that takes nothing, it forgets then.
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(1000 * self.cfg.keepalive))
        server = client.getsockname()
        about = of_connection(server[1] if isinstance(server, tuple) else 0, address)
        connection = Connection(client, about, self.longest_body, self.cfg.keepalive)
        self.connections[client.fileno()] = connection
        self.epoll.register(client, READ)

    def listen(self, listener: socket.socket) -> None:
        if listener.fileno() in self.listeners:
            self.epoll.modify(listener, READ)

    def forget(self, connection: Connection) -> None:
        """Of a connection that is closed. Its descriptor may belong to a newer one already."""
        for descriptor, each in [*self.connections.items()]:
            if each is connection:
                del self.connections[descriptor]

    def drop(self, connection: Connection, *, reset: bool = False) -> None:
        """Closes a connection which nobody is at."""
        if connection.claim.acquire(blocking=False):
            self.connections.pop(connection.socket.fileno(), None)
            connection.close(reset=reset)

    def has_room(self) -> bool:
        """Whether there is room for a newcomer, made where needed.

        The connection goes on which nothing has happened for longest. Where each waits for its answer, newcomers do.
        """
        if len(self.connections) < self.cfg.worker_connections:
            return True
        waiting = [each for each in [*self.connections.values()] if not each.is_answering]
        if waiting:
            self.drop(max(waiting, key=lambda each: each.idle_seconds))
        return bool(len(self.connections) < self.cfg.worker_connections)

    # --- What the main thread does ---

    def look_after(self) -> None:
        """Watches for `LOOK_SECONDS`; each second it looks after the connections, whatever the wall clock says."""
        answered = self.answered
        time.sleep(LOOK_SECONDS)
        self.crew.relieve()
        if self.free == 0 and answered == self.answered:
            self.stand_in()
        if time.monotonic() >= self.next_second:
            self.next_second = time.monotonic() + SECOND
            self.notify()
            self.drop_idle()
            for listener in [*self.listeners.values()]:
                self.listen(listener)
            self.measure()

    def stand_in(self) -> None:
        """Reads for the threads, all of which wait. `/livez` is answered: a process that waits is alive."""
        while self.free == 0 and (found := self.epoll.poll(0, 1)):
            if connection := self.claimed(found[0][0]):
                self.read(connection)
                if connection.is_closed or not asks_for_liveness(connection):
                    self.hand_over(connection)
                else:
                    self.release(connection)

    def hand_over(self, connection: Connection) -> None:
        if connection.parser.requests and not connection.is_closed:
            self.ready.append(connection)
            os.eventfd_write(self.bell, 1)
        else:
            self.release(connection)

    def take_ring(self) -> None:
        try:
            os.eventfd_read(self.bell)
        except BlockingIOError:
            return

    def drop_idle(self) -> None:
        for connection in [*self.connections.values()]:
            if connection.is_overdue(self.cfg.keepalive):
                self.drop(connection, reset=bool(len(connection.output)))

    def measure(self) -> None:
        """Says to /metrics how busy this process is; for an application of Marquee's own."""
        if not answers_refusals():
            return
        measures.set("threads", self.cfg.threads)
        measures.set("waiting", len(self.ready))
        measures.set("connections", len(self.connections))
        measures.set("db_connections", open_connections())

    def finish(self) -> None:
        """Answers what has been asked, and what is asked for a moment yet, and closes each connection after its answer.

        It takes as many seconds as the slowest answer; it ends before gunicorn would kill the process.
        """
        deadline = time.monotonic() + self.cfg.graceful_timeout - KILLING_SECONDS
        self.tell_clients_to_go()
        listeners, self.listeners = self.listeners, {}
        for listener in listeners.values():
            self.epoll.unregister(listener)
            self.take_all(listener)
            listener.close()
        while self.connections and time.monotonic() < deadline:
            self.notify()
            time.sleep(LOOK_SECONDS)
            self.crew.relieve()
            if self.free == 0:
                self.stand_in()
            for connection in [*self.connections.values()]:
                if connection.may_end or connection.is_overdue(self.cfg.keepalive):
                    self.drop(connection)

    @staticmethod
    def tell_clients_to_go() -> None:
        """Each answer is the last on its connection from now on."""
        Connection.is_ending = True

    def take_all(self, listener: socket.socket) -> None:
        """Takes those who have connected already."""
        while self.has_room():
            try:
                self.welcome(*listener.accept())
            except OSError:
                return

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.tell_clients_to_go()
        super().handle_exit(sig, frame)

    handle_quit = handle_exit  # Ctrl-C and SIGQUIT: gunicorn's own would leave requests unanswered


def asks_for_liveness(connection: Connection) -> bool:
    requests = connection.parser.requests
    return bool(requests) and requests[0].path.endswith(LIVENESS)
