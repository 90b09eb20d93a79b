"""The log: which lines there are, where they go, and what they look like. `LOG_FORMAT` chooses among two shapes.

    line   2026-11-29 16:50:21,123 WARNING metrics.health: Not ready, … [the request's id]
    json   {"time":"2026-11-29T16:50:21.123456+00:00","level":"WARNING","logger":"metrics.health","message":…}

gunicorn begins with the same configuration, before there are settings, so that its own lines look alike.
"""

import logging
import logging.config
import os
import re
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from select import PIPE_BUF
from typing import Any

import environ
import orjson
from pythonjsonlogger.orjson import OrjsonFormatter

from rest.current import current_request_id

FORMATS = ("line", "json")
# Whatever could end a line, or tell a terminal what to do.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# What strangers can cause as often as they please. Of each kind of line this many a minute are written.
BOUNDED = (
    "django.security.DisallowedHost",
    "metrics.health",
    "metrics.prometheus",
    "metrics.cells",
    "metrics.reads",
    "metrics.throttling",
    "rest.database.slow",
    "rest.fast_path.answer",
    "config.server.worker",
    "config.server.answering",
)
OUTAGES = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.INSUFFICIENT_STORAGE)
LINES_A_MINUTE = 20
MOST_KINDS = 1000
STDOUT = 1
PAUSE_SECONDS = 0.02


def as_format(text: str) -> str:
    """Raises ValueError for what is no format."""
    if text not in FORMATS:
        raise ValueError(f"LOG_FORMAT={text[:20]!r} is none of {', '.join(FORMATS)}")
    return text


def configuration(*, format: str, level: str) -> dict[str, Any]:
    """For `logging.config.dictConfig`. Access lines go to stdout, all others to stderr."""
    bounded = {name: {"filters": ["bounded"]} for name in BOUNDED}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": LineFormatter}, "json": {"()": JSONFormatter}},
        "filters": {
            "without_traceback": {"()": WithoutTraceback},
            "without_outages": {"()": WithoutOutages},
            "bounded": {"()": Bounded},
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": format},
            "stdout": {"()": AccessHandler, "formatter": format},
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            **bounded,
            # A stranger may send any host, as often as it pleases.
            "django.security.DisallowedHost": {"filters": ["without_traceback", "bounded"]},
            # The access line says what was answered. These would say it again, with the address.
            "django.request": {"level": "ERROR", "filters": ["without_outages"]},
            "marquee.access": {"handlers": ["stdout"], "level": "INFO", "propagate": False},  # whatever LOG_LEVEL says
            "marquee.security": {"level": "INFO"},
            # Without entries here these set up handlers of their own, in another shape, or every line twice.
            "gunicorn.error": {"handlers": [], "level": "INFO", "propagate": True},
            "gunicorn.access": {"handlers": [], "propagate": False},
            "post_office": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            "django.server": {"handlers": [], "propagate": True},
            "environ": {"level": "WARNING"},  # it tells of each start without a file .env
        },
    }


def of_environment() -> dict[str, Any]:
    """The same for gunicorn's master and the supervisor, which have no settings. Raises ValueError."""
    environ.Env.read_env(Path(__file__).resolve().parent.parent / ".env")  # as config.settings does
    format = as_format(os.environ.get("LOG_FORMAT") or "line")
    return configuration(format=format, level=os.environ.get("LOG_LEVEL") or "INFO")


def configure(config: dict[str, Any]) -> None:
    """settings.LOGGING_CONFIG: the same, and what Python itself would print."""
    # Nobody reads these, and to find them out costs as much as the rest of a line.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.config.dictConfig(config)
    if config["handlers"]["stderr"]["formatter"] == "json":
        logging.captureWarnings(True)
        sys.excepthook = log_uncaught


def log_uncaught(kind: type[BaseException], error: BaseException, traceback: Any) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
    else:
        logging.getLogger("marquee").critical("The process ends.", exc_info=(kind, error, traceback))


def escaped(text: str) -> str:
    """The text in one line, as UTF-8 can write it."""
    if text.isascii() and text.isprintable():
        return text
    text = CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
    return as_utf8(text)


def as_utf8(text: str) -> str:
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


class LineFormatter(logging.Formatter):
    """One line a record. A traceback follows it indented, so that nothing in it looks like a line of its own."""

    second = (0, "")  # the last one that was written, as a number and as text

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """As Python writes it, which it does anew for each line."""
        second, text = self.second
        if second != int(record.created):
            text = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.created))
            self.second = int(record.created), text
        return f"{text},{int(record.msecs):03}"

    def formatMessage(self, record: logging.LogRecord) -> str:
        name = current_request_id()
        line = f"{record.asctime} {record.levelname} {record.name}: {escaped(record.message)}"
        return f"{line} [{name}]" if name else line

    def formatException(self, ei: Any) -> str:
        return indented(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:
        return indented(super().formatStack(stack_info))


def indented(text: str) -> str:
    return "\n".join(f"    {escaped(line)}" for line in text.split("\n"))


class JSONFormatter(OrjsonFormatter):
    """One object a line: time (UTC), level, logger, message, request_id; what an access line says; a traceback.

    Whatever else a record carries stays out of it: Django gives its records the request and a statement's parameters.
    """

    def format(self, record: logging.LogRecord) -> str:
        if not hasattr(record, "fields") or record.exc_info or record.args:
            return super().format(record)
        record.message = record.msg  # an access line, of which there are many: the same without a detour
        log_data: dict[str, Any] = {}
        self.add_fields(log_data, record, {})
        return orjson.dumps(log_data).decode()

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        log_data["time"] = datetime.fromtimestamp(record.created, tz=UTC)
        log_data["level"], log_data["logger"] = record.levelname, record.name
        log_data["message"] = as_utf8(record.message)
        log_data["request_id"] = current_request_id() or None
        log_data.update(getattr(record, "fields", {}))
        for name, shown in (("exc_info", "exception"), ("stack_info", "stack")):
            if name in message_dict:
                log_data[shown] = as_utf8(message_dict[name])


class AccessHandler(logging.Handler):
    """Writes to stdout: a line at once where the last is PAUSE_SECONDS ago, else with all others of that time.

    A write wakes whoever reads the pipe, which costs more than the line. `kill -9` takes the lines of the last
    PAUSE_SECONDS along. Where writing fails, as on a full disk, that is said once, and not each time.
    """

    has_failed = False

    def __init__(self, descriptor: int = STDOUT) -> None:
        super().__init__()
        self.descriptor = descriptor
        self.waiting: list[bytes] = []
        self.written_at = 0.0
        self.has_more = threading.Event()
        self.thread: threading.Thread | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Called under the handler's lock, as `flush()` takes it."""
        try:
            self.waiting.append(self.format(record).encode() + b"\n")
            if time.monotonic() - self.written_at >= PAUSE_SECONDS:
                self.write()
            elif not self.has_more.is_set():
                self.has_more.set()
                if self.thread is None:
                    self.thread = threading.Thread(target=self.write_on, name="access-log", daemon=True)
                    self.thread.start()
        except Exception:
            self.handleError(record)

    def write(self) -> None:
        """One write for as many lines as a pipe takes whole, so that those of several processes do not mix."""
        lines, self.waiting, self.written_at = self.waiting, [], time.monotonic()
        together = b""
        for line in lines:
            if len(together) + len(line) > PIPE_BUF:
                os.write(self.descriptor, together)
                together = b""
            together += line
        if together:
            os.write(self.descriptor, together)
            self.has_failed = False

    def write_on(self) -> None:
        while self.has_more.wait():
            time.sleep(PAUSE_SECONDS)
            self.has_more.clear()
            self.flush()

    def flush(self) -> None:
        self.acquire()
        try:
            self.write()
        except OSError:
            self.handleError(logging.makeLogRecord({"msg": "Access lines are lost."}))
        finally:
            self.release()

    def handleError(self, record: logging.LogRecord) -> None:
        if not self.has_failed:
            self.has_failed = True
            super().handleError(record)


class WithoutTraceback(logging.Filter):
    """Leaves one line of a record that anybody can cause: where it was raised is always the same place."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        return True


class WithoutOutages(logging.Filter):
    """Leaves out that a request met an outage: `rest.database.outages` tells of it once for all of them."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", None) not in OUTAGES


class Bounded(logging.Filter):
    """Lets LINES_A_MINUTE of each kind pass. The first of the next minute says how many were left out.

    A kind is what the code says before anything is put into it, or the record's own `kind`.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.clock = clock
        self.windows: dict[Any, tuple[int, int]] = {}  # kind → the minute and how many there were in it

    def filter(self, record: logging.LogRecord) -> bool:
        kind, minute = (record.name, getattr(record, "kind", record.msg)), int(self.clock() // 60)
        then, lines = self.windows.get(kind, (minute, 0))
        if then != minute:
            if lines > LINES_A_MINUTE:
                record.msg = f"{record.msg} ({lines - LINES_A_MINUTE} more like this were left out.)"
            lines = 0
        if len(self.windows) >= MOST_KINDS:
            self.windows.clear()
        self.windows[kind] = minute, lines + 1
        return lines < LINES_A_MINUTE
