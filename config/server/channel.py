"""One client's connection, and the tasks that answer its requests: waitress's, with what Marquee does otherwise."""

import logging
import socket
import time
from typing import ClassVar
from wsgiref.types import WSGIEnvironment

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import InternalServerError

from config.server.parsing import RequestParser, answers_refusals, refusal
from rest.current import CURRENT, current_request_id
from rest.refusals import REFUSAL
from rest.request_ids import HEADER

logger = logging.getLogger(__name__)

# For which a connection without a request stays open then, so that a client who is just about to ask is answered.
FAREWELL_SECONDS = 1.0
STALLED_SECONDS = 2.0  # after which a process that is about to end waits no longer for the rest of a request
HEAR_OUT_SECONDS = 10  # for which a client may go on sending what nobody reads


class Task(WSGITask):
    """Closes a connection only where it must, and ends answers to HEAD after their headers."""

    def start(self) -> None:
        CURRENT.begin("")  # what the thread answered before has another name
        super().start()
        if self.request.left_body:
            self.channel.hears_out = True
        if self.request.left_body:
            self.set_close_on_finish()

    def build_response_header(self) -> bytes:
        """The headers, when the answer is there: the process may have been told to end since the request came."""
        if Channel.is_ending:
            self.set_close_on_finish()
        header: bytes = super().build_response_header()
        return header

    def set_close_on_finish(self) -> None:
        """Keeps the connection after 204 and 304, which end by themselves. waitress alone would close it."""
        is_wanted = self.request.left_body or self.request.connection_close or Channel.is_ending
        if is_wanted or self.version == "1.0" or self.has_body:
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
    """Answers where the application failed, without asking it again, in the shape that the path alone tells."""

    def execute(self) -> None:
        from rest.errors import failure  # which needs settings, and there are none yet where this module is imported

        status, title = self.request.error.code, self.request.error.reason
        path = self.channel.requests[0].path  # of the request that failed: this one is made in its place
        logger.error(
            "The application failed outright at %s: request %s.", path, current_request_id() or "without a name"
        )
        media_type, body = failure(path, status, refusal(self.request.error)[1])
        self.status = f"{status} {title}"
        self.response_headers.append(("Content-Type", media_type))
        if current_request_id():
            self.response_headers.append((HEADER, current_request_id()))
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
    is_ending: ClassVar[bool] = False  # of the process: each answer is then the last on its connection
    hears_out = False
    deadline: float | None = None  # of the hearing out, on time.monotonic()'s clock

    @property
    def last_activity(self) -> float:
        """When something was last read or written, on time.monotonic()'s clock: waitress's own may be set back."""
        return self._active_at

    @last_activity.setter
    def last_activity(self, by_the_clock: float) -> None:
        self._active_at = time.monotonic()

    @property
    def idle_seconds(self) -> float:
        """For how long nothing has been read or written; 0 while a request of the client's is worked on."""
        return 0.0 if self.requests else time.monotonic() - self._active_at

    @property
    def may_end(self) -> bool:
        """Whether a process that is about to end need not wait for it: nothing has been asked, or the rest stalls."""
        if self.is_answering or self.deadline is not None:
            return False
        has_begun = self.request is not None and not self.request.empty
        return self.idle_seconds > (STALLED_SECONDS if has_begun else FAREWELL_SECONDS)

    @property
    def is_answering(self) -> bool:
        """Whether a whole request has arrived, and its answer has not been sent to the last byte."""
        return bool(self.requests or self.total_outbufs_len or self.close_when_flushed)

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
