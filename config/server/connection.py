"""One client's connection. The thread that has claimed it reads, answers and writes; nobody else touches it."""

import socket
import struct
import threading
import time
from contextlib import suppress
from select import POLLOUT, poll
from typing import ClassVar
from wsgiref.types import WSGIApplication, WSGIEnvironment

from config.server.answering import Answer, Output, answer, environ_of
from config.server.parsing import Request, RequestParser

READ_BYTES = 65_536
MOST_WAITING = 16 << 20  # bytes of an answer that may wait; then the thread waits for the client, `client_seconds` long
# For which a connection without a request stays open when the process ends, for a client who is just about to ask.
FAREWELL_SECONDS = 1.0
STALLED_SECONDS = 2.0  # after which a process that is about to end waits no longer for the rest of a request
HEAR_OUT_SECONDS = 10  # for which a client may go on sending what nobody reads
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: nothing waits for a client who does not take it


class Connection:
    """What a client has sent, and what it has not taken yet.

    A client whose request was answered before it was read is *heard out*: the rest is read and thrown away. If the
    connection closed over bytes that nobody took, the client would see a reset instead of the answer.
    """

    is_ending: ClassVar[bool] = False  # of the process: each answer is then the last on its connection

    def __init__(self, client: socket.socket, about: WSGIEnvironment, longest_body: int, client_seconds: float) -> None:
        self.socket, self.about, self.client_seconds = client, about, client_seconds
        self.descriptor = client.fileno()
        self.claim = threading.Lock()
        self.parser = RequestParser(longest_body)
        self.output = Output()
        self.is_closed = False
        self.closes = False  # once everything is sent
        self.hears_out = False
        self.deadline: float | None = None  # of the hearing out, on time.monotonic()'s clock
        self.active_at = time.monotonic()  # when something was last read or written

    @property
    def idle_seconds(self) -> float:
        """For how long nothing has been read or written; 0 while a request of the client's is worked on."""
        is_worked_on = self.parser.requests and not len(self.output)
        return 0.0 if is_worked_on else time.monotonic() - self.active_at

    @property
    def is_answering(self) -> bool:
        """Whether a whole request has arrived, and its answer has not been sent to the last byte."""
        return bool(self.parser.requests or len(self.output) or self.closes)

    @property
    def may_end(self) -> bool:
        """Whether a process that is about to end need not wait for it: nothing has been asked, or the rest stalls."""
        if self.is_answering or self.deadline is not None:
            return False
        return self.idle_seconds > (STALLED_SECONDS if self.parser.has_begun else FAREWELL_SECONDS)

    def is_overdue(self, client_seconds: float) -> bool:
        """Whether its client has done nothing for too long."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            return True
        return self.idle_seconds > client_seconds

    # --- What the thread does that has claimed it ---

    def receive(self) -> None:
        """Reads what has arrived. It is closed where the client has gone."""
        try:
            data = self.socket.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data or (self.deadline is not None and time.monotonic() > self.deadline):
            self.close()
            return
        self.active_at = time.monotonic()
        if self.deadline is None and not self.parser.is_over:
            self.parser.feed(data)
            if self.parser.awaits_continue and not self.parser.requests:
                self.parser.continues()
                self.output.write(CONTINUE)

    def answer_next(self, application: WSGIApplication) -> None:
        """Answers the first of the requests that have arrived whole."""
        request = self.parser.requests[0]
        answering = Answer(request, self.output, lambda: self.ends_with(request))
        try:
            answer(application, request, environ_of(request, self.about), answering)
            while len(self.output) > MOST_WAITING:
                self.send_patiently()
        except Exception:
            self.close(reset=True)  # a part of the answer may have been sent
            raise
        finally:
            request.close()
            self.parser.requests.pop(0)
        if not answering.keeps_connection:
            self.closes = True
            self.hears_out = self.parser.is_over
            self.parser.requests.clear()
        self.send()

    def ends_with(self, request: Request) -> bool:
        """Whether the connection closes after the answer, whatever the client would like."""
        return Connection.is_ending or (self.parser.is_over and request is self.parser.requests[-1])

    def send(self) -> None:
        """Sends what is taken at once, and closes after the last byte where that was to be."""
        try:
            before = len(self.output)
            try:
                self.output.send(self.socket.send)
            finally:
                if len(self.output) < before:
                    self.active_at = time.monotonic()
        except BlockingIOError:
            return
        except OSError:
            self.close()
            return
        if self.closes:
            self.end_answers()

    def send_patiently(self) -> None:
        """Waits until the client takes something. Raises TimeoutError where it does not."""
        waiting = poll()
        waiting.register(self.socket, POLLOUT)
        if not waiting.poll(1000 * self.client_seconds):
            raise TimeoutError("The client does not take its answer.")
        self.send()
        if self.is_closed:
            raise ConnectionError("The client has gone.")

    def end_answers(self) -> None:
        """Closes, or begins to hear the client out: says that no more comes, and reads what it still sends."""
        self.closes = False
        if not self.hears_out:
            self.close()
            return
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.close()
            return
        self.deadline = time.monotonic() + HEAR_OUT_SECONDS

    def close(self, *, reset: bool = False) -> None:
        if self.is_closed:
            return
        self.is_closed = True
        for request in self.parser.requests:
            request.close()
        self.output.close()
        with suppress(OSError):
            if reset:
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.socket.close()
