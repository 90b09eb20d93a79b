"""A WSGI application on granian's own interface, so that its event loop waits for the bodies, and for no longer than 30 s.

A candidate of benchmarks/servers.py, and no more complete than it needs: WSGI_APPLICATION names the module.
"""

import asyncio
import importlib
import io
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote_to_bytes

wsgi = importlib.import_module(os.environ["WSGI_APPLICATION"]).application
threads = ThreadPoolExecutor(16)


def environ_of(scope: Any, body: bytes) -> dict[str, Any]:
    host, _, port = scope.server.rpartition(":")
    environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope.path).decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    return environ


def answer(scope: Any, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
    started: list[Any] = []
    content = b"".join(wsgi(environ_of(scope, body), lambda *status_and_headers: started.extend(status_and_headers)))
    return int(started[0][:3]), [(name.lower(), value) for name, value in started[1]], content


async def app(scope: Any, protocol: Any) -> None:
    body = b""
    if scope.headers.get("content-length"):
        try:
            body = await asyncio.wait_for(protocol(), 30)
        except TimeoutError:
            return protocol.response_empty(408, [])
    status, headers, content = await asyncio.get_running_loop().run_in_executor(threads, answer, scope, body)
    return protocol.response_bytes(status, headers, content)
