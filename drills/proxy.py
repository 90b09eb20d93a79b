"""A link to the database that can be stalled: what is sent is taken, and not handed on."""

import selectors
import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

BLOCK = 65536


class Link:
    """Listens on a port of its own and hands on to `url`'s host and port; `url` leads through it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.target = parts.hostname or "127.0.0.1", parts.port or 5432
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.flows = threading.Event()
        self.flows.set()
        user, at, _ = parts.netloc.rpartition("@")
        self.url = parts._replace(netloc=f"{user}{at}127.0.0.1:{self.listener.getsockname()[1]}").geturl()
        threading.Thread(target=self.accept, daemon=True).start()

    def stall(self) -> None:
        self.flows.clear()

    def resume(self) -> None:
        self.flows.set()

    def close(self) -> None:
        self.resume()
        self.listener.close()

    def accept(self) -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.hand_on, args=(client,), daemon=True).start()

    def hand_on(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            self.flows.wait()  # who connects meanwhile gets no answer either
            with socket.create_connection(self.target) as database, selectors.DefaultSelector() as ready:
                ready.register(client, selectors.EVENT_READ, (client, database))
                ready.register(database, selectors.EVENT_READ, (database, client))
                while True:
                    for key, _ in ready.select():
                        source, sink = key.data
                        data = source.recv(BLOCK)
                        self.flows.wait()
                        if not data:
                            return
                        sink.sendall(data)
