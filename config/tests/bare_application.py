"""An application for tests of the server: no body, what the server says of the client, or a very long answer; and one
that waits for as long as the file in `WAIT_WHILE` is there.
"""

import os
import time

ANSWER = b"x" * 20_000_000  # more than the kernel's buffers take


def application(environ, start_response):
    if environ["PATH_INFO"] == "/nothing":
        start_response("204 No Content", [])
        return []
    if environ["PATH_INFO"] == "/wait":
        while os.path.exists(os.environ["WAIT_WHILE"]):
            time.sleep(0.01)
    told = [environ.get(name, "-") for name in ("REMOTE_ADDR", "wsgi.url_scheme", "HTTP_X_FORWARDED_FOR")]
    content = " ".join(told).encode() if environ["PATH_INFO"] in ("/client", "/wait") else ANSWER
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(content)))])
    return [content]
