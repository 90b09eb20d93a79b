"""What of axios the clients use: a base address, JSON both ways, an exception for each status that is not 2xx."""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

SECONDS = 60


class Failed(Exception):
    """A reply that is no success, as axios throws it: `error.status`, `error.data`."""

    def __init__(self, status: int, data: Any) -> None:
        super().__init__(f"{status}: {data}")
        self.status, self.data = status, data


class Axios:
    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.headers: dict[str, str] = {}

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """The decoded body of the reply, None where there is none. Raises Failed."""
        content = None if body is None else json.dumps(body).encode()
        headers = {"Accept": "application/json, text/plain, */*", "Content-Type": "application/json", **self.headers}
        try:
            with urlopen(Request(self.base_url + path, content, headers, method=method), timeout=SECONDS) as reply:
                return json.loads(reply.read() or "null")
        except HTTPError as error:
            with error:
                raise Failed(error.code, json.loads(error.read() or "null")) from error

    def get(self, path: str) -> Any:
        return self.request("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        return self.request("POST", path, body)
