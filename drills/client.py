"""A client of a drill's server: one account, or a stranger. Whatever is answered, it goes on."""

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from uuid import uuid4

from drills.server import Server

PASSWORD = "drill-horse-battery-7"
GONE = 0  # the status where no answer came


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    seconds: float
    headers: dict[str, str]

    @property
    def data(self) -> Any:
        return json.loads(self.body)


class Client:
    def __init__(self, server: Server, timeout: float = 120) -> None:
        self.server, self.timeout, self.headers = server, timeout, dict[str, str]()
        self.username = ""  # of its account

    def register(self) -> "Client":
        """The same client with an account of its own."""
        name = self.username = f"drill{uuid4().hex[:12]}"
        made = self.post("/api/v1/auth/register/", username=name, password=PASSWORD, email=f"{name}@example.com")
        if made.status != HTTPStatus.CREATED:
            raise SystemExit(f"No account for the drill: {made.status} {made.body!r}")
        self.headers = {"Authorization": f"Token {made.data['token']}"}
        return self

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, **data: Any) -> Answer:
        return self.send("POST", path, {}, **data)

    def send(self, method: str, path: str, headers: dict[str, str], **data: Any) -> Answer:
        return self.ask(method, path, json.dumps(data).encode(), "application/json", **headers)

    def patch_file(self, path: str, name: str, content: bytes) -> Answer:
        """Sends one file as multipart/form-data."""
        boundary = uuid4().hex
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="a"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        return self.ask("PATCH", path, body, f"multipart/form-data; boundary={boundary}")

    def ask(self, method: str, path: str, body: bytes | None = None, content_type: str = "", **more: str) -> Answer:
        headers = {**self.headers, **({"Content-Type": content_type} if content_type else {}), **more}
        request = urllib.request.Request(f"{self.server.address}{path}", body, headers, method=method)
        begun = time.perf_counter()
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as reply:
                content, status, sent = reply.read(), reply.status, dict(reply.headers)
        except urllib.error.HTTPError as error:
            content, status, sent = error.read(), error.code, dict(error.headers)
        except (OSError, HTTPException):
            content, status, sent = b"", GONE, {}
        return Answer(status, content, time.perf_counter() - begun, sent)
