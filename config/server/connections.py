"""The connections of a process, and its listeners: who comes, who may stay, and for what each is waited."""

import errno
import select
import socket
from contextlib import suppress
from typing import Any

from config.server.answering import of_connection
from config.server.connection import Connection

ACCEPTED = 16  # connections at a time
READ, WRITE = select.EPOLLIN | select.EPOLLONESHOT, select.EPOLLOUT | select.EPOLLONESHOT
EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Connections:
    """At most `most` connections in an epoll, each of them for one thread at a time: the one that has claimed it."""

    def __init__(self, *, most: int, client_seconds: float, longest_body: int) -> None:
        self.most, self.client_seconds, self.longest_body = most, client_seconds, longest_body
        self.epoll = select.epoll()
        self.open: dict[int, Connection] = {}  # by file descriptor
        self.listeners: dict[int, socket.socket] = {}

    def __len__(self) -> int:
        return len(self.open)

    def all(self) -> list[Connection]:
        return [*self.open.values()]

    def claimed(self, descriptor: int) -> Connection | None:
        """The connection, for this thread alone from now on; None where there is none, or somebody else is at it."""
        connection = self.open.get(descriptor)
        return connection if connection is not None and connection.claim.acquire(blocking=False) else None

    def release(self, connection: Connection) -> None:
        """Whoever is woken next may have it. One that is closed goes."""
        if connection.is_closed:
            self.forget(connection)
            return
        descriptor, event = connection.socket.fileno(), WRITE if len(connection.output) else READ
        connection.claim.release()
        with suppress(OSError):  # the main thread may have dropped it in between
            self.epoll.modify(descriptor, event)

    def forget(self, connection: Connection) -> None:
        """Its descriptor may belong to a newer one already."""
        if self.open.get(connection.descriptor) is connection:
            del self.open[connection.descriptor]

    # --- Newcomers ---

    def listen_to(self, listener: socket.socket) -> None:
        listener.setblocking(False)
        self.listeners[listener.fileno()] = listener
        self.epoll.register(listener, READ)

    def listen(self) -> None:
        """Listens again where it has been given up for a while."""
        for listener in [*self.listeners.values()]:
            self.epoll.modify(listener, READ)

    def accept(self, listener: socket.socket) -> None:
        for _ in range(ACCEPTED):
            if not self.has_room():
                return  # until `listen`
            try:
                client, address = listener.accept()
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno in EXHAUSTED:
                    return
                continue  # the client has gone
            self.welcome(client, address)
        if listener.fileno() in self.listeners:
            self.epoll.modify(listener, READ)

    def welcome(self, client: socket.socket, address: Any) -> None:
        client.setblocking(False)
        if client.family != socket.AF_UNIX:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # What the kernel still has to send to a client that takes nothing, it forgets then.
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(1000 * self.client_seconds))
        server = client.getsockname()
        about = of_connection(server[1] if isinstance(server, tuple) else 0, address)
        connection = Connection(client, about, self.longest_body, self.client_seconds)
        self.open[connection.descriptor] = connection
        self.epoll.register(client, READ)

    def has_room(self) -> bool:
        """Whether there is room for a newcomer, made where needed.

        The connection goes on which nothing has happened for longest. Where each waits for its answer, newcomers do.
        """
        if len(self.open) < self.most:
            return True
        waiting = [each for each in self.all() if not each.is_answering]
        if waiting:
            self.drop(max(waiting, key=lambda each: each.idle_seconds))
        return len(self.open) < self.most

    def stop_listening(self) -> None:
        """Takes those who have connected already, and nobody else."""
        listeners, self.listeners = self.listeners, {}
        for listener in listeners.values():
            self.epoll.unregister(listener)
            with suppress(OSError):
                while self.has_room():
                    self.welcome(*listener.accept())
            listener.close()

    # --- Goers ---

    def drop(self, connection: Connection, *, reset: bool = False) -> None:
        """Closes a connection which nobody is at."""
        if connection.claim.acquire(blocking=False):
            self.forget(connection)
            connection.close(reset=reset)

    def drop_idle(self) -> None:
        for connection in self.all():
            if connection.is_overdue(self.client_seconds):
                self.drop(connection, reset=bool(len(connection.output)))
