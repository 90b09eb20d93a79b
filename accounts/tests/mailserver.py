"""Real SMTP servers for tests: one that keeps what it gets or answers as told, and one that never answers."""

import socket
import threading
from collections.abc import Callable
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller

ACCEPTED = "250 OK"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class MailServer:
    """Keeps every mail that it accepts; `answer_data` and `answer_recipient` say what it answers."""

    def __init__(self, port: int | None = None) -> None:
        self.port = port or free_port()
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.answer_recipient: Callable[[str], str] = lambda address: ACCEPTED
        self.answer_data: Callable[[EmailMessage], str] = lambda mail: ACCEPTED
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        answer = self.answer_recipient(address)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        answer = self.answer_data(mail)
        if answer.startswith("2"):
            self.mails.append(mail)
            self.recipients.append(list(envelope.rcpt_tos))
        return answer

    def __enter__(self) -> "MailServer":
        self.controller.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.controller.stop()

    @property
    def subjects(self) -> list[str]:
        # Of a folded header the parser leaves the blank of the continuation line at the beginning.
        return [mail["Subject"].strip() for mail in self.mails]


@contextmanager
def silent_server():
    """The port of a server that accepts connections, and never says a word on any."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept = []
        accepting = threading.Thread(target=lambda: accept_all(server, kept), daemon=True)
        accepting.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)  # wakes up the thread
        accepting.join()
        for connection in kept:
            connection.close()


def accept_all(server: socket.socket, kept: list[socket.socket]) -> None:
    while True:
        try:
            kept.append(server.accept()[0])
        except OSError:
            return
