"""An application for tests of the server: an answer without a body, or one that is longer than the kernel's buffers."""

ANSWER = b"x" * 20_000_000


def application(environ, start_response):
    if environ["PATH_INFO"] == "/nothing":
        start_response("204 No Content", [])
        return []
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(ANSWER)))])
    return [ANSWER]
