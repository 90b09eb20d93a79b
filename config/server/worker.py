"""The server's worker: gunicorn keeps the processes, this one the connections of a process.

    listening sockets ─ gunicorn's arbiter ┬─ worker: an epoll of all connections
                                           │     THREADS wait in it: one reads, answers and writes what it is woken for
                                           │     the main thread drops who is idle, and watches that somebody is free
                                           └─ worker …

A thread reads without waiting, and asks the application once a request is whole. It writes what the client takes, and
leaves the rest to whoever is woken when the client takes more. So a client that stalls costs a connection and no
thread, and no request is handed from one thread to another. docs/decisions/0003-server.md says why it is built so.
"""

import logging
import os
import select
import threading
import time
from collections import deque
from types import FrameType
from typing import Any, cast
from wsgiref.types import WSGIApplication

from django.conf import settings
from gunicorn.workers.base import Worker

from config.server.answering import answers_refusals
from config.server.connection import Connection
from config.server.connections import Connections
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
        self.ready: deque[Connection] = deque()  # claimed, with a whole request
        self.free = 0  # threads that wait
        self.answered = 0
        self.next_second = 0.0  # on time.monotonic()'s clock
        self.counting = threading.Lock()

    def run(self) -> None:
        end_with_parent(self.ppid)
        if settings.configured:
            AVAILABILITY.limit_waiting()
        self.application = cast(WSGIApplication, self.wsgi)
        self.connections = Connections(
            most=self.cfg.worker_connections, client_seconds=self.cfg.keepalive, longest_body=longest_body()
        )
        self.bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)  # wakes one thread
        self.connections.epoll.register(self.bell, select.EPOLLIN | select.EPOLLET)
        for each in self.sockets:
            self.connections.listen_to(each.sock)  # type: ignore[attr-defined]  # gunicorn wraps its sockets
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
            return self.connections.epoll.poll(seconds, 1)
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
        """The connection that something is due on; None where there is none, or somebody else is at it."""
        if listener := self.connections.listeners.get(descriptor):
            self.connections.accept(listener)
        elif descriptor == self.bell:
            self.take_ring()
        else:
            return self.connections.claimed(descriptor)
        return None

    def release(self, connection: Connection) -> None:
        """Answers one request, where one is whole, and lets whoever is woken next have the connection."""
        if connection.parser.requests and not connection.is_closed and not len(connection.output):
            self.answer(connection)
        if connection.parser.requests and not connection.is_closed and not len(connection.output):
            self.ready.append(connection)  # behind those who wait
        else:
            self.connections.release(connection)

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
            self.connections.drop_idle()
            self.connections.listen()
            self.measure()

    def stand_in(self) -> None:
        """Reads for the threads, all of which wait. `/livez` is answered: a process that waits is alive."""
        while self.free == 0 and (found := self.connections.epoll.poll(0, 1)):
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
        self.connections.stop_listening()
        while self.connections and time.monotonic() < deadline:
            self.notify()
            time.sleep(LOOK_SECONDS)
            self.crew.relieve()
            if self.free == 0:
                self.stand_in()
            for connection in self.connections.all():
                if connection.may_end or connection.is_overdue(self.cfg.keepalive):
                    self.connections.drop(connection)

    @staticmethod
    def tell_clients_to_go() -> None:
        """Each answer is the last on its connection from now on."""
        Connection.is_ending = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.tell_clients_to_go()
        super().handle_exit(sig, frame)

    handle_quit = handle_exit  # Ctrl-C and SIGQUIT: gunicorn's own would leave requests unanswered


def asks_for_liveness(connection: Connection) -> bool:
    requests = connection.parser.requests
    return bool(requests) and requests[0].path.endswith(LIVENESS)
