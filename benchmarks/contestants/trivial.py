"""Next to nothing, so that what is measured is the server: a short answer, a long one, and a body that is read."""

from collections.abc import Callable, Iterable
from typing import Any

SHORT, LONG = b'{"words": "%s"}' % (b"x" * 400), b"x" * 4_000_000


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] == "POST":
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    content = LONG if environ["PATH_INFO"] == "/long" else SHORT
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(content)))])
    return [content]
