"""Requests in this process, and what is expected of every answer."""

import json
from collections import Counter
from io import BytesIO
from typing import Any, NamedTuple
from wsgiref.util import setup_testing_defaults

from config.tests.machine.model import Session

SERVER, FULL_STACK = "server", "full stack"  # with the fast path in front, and past it
API = "/api/v1/"


class Answer(NamedTuple):
    asked: str  # the request, for whoever reads a failure
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content) if self.content else None


class World:
    """Sends requests. Credentials take turns, and so do the words in front of them: each goes with either."""

    def __init__(self) -> None:
        from config.wsgi import application, full_stack

        self.applications = {SERVER: application, FULL_STACK: full_stack}
        self.turn = 0
        self.sent: Counter[str] = Counter()

    def send(
        self,
        method: str,
        path: str,
        caller: Session | str | None = None,
        body: Any = None,
        way: str = SERVER,
        **headers: str,
    ) -> Answer:
        """The answer. `caller` is a login or a credential; `headers` are named as in the environ (`IF_MATCH`)."""
        content = b"" if body is None else json.dumps(body).encode()
        address, _, query = path.partition("?")
        environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": as_environ(address), "QUERY_STRING": query}
        if content:
            environ |= {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(content))}
        environ |= {"wsgi.input": BytesIO(content), "HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1"}
        environ["HTTP_X_REQUEST_ID"] = "machine"  # the same each time, so that answers can be compared whole
        environ |= {f"HTTP_{name}": value for name, value in headers.items()}
        if caller is not None:
            environ["HTTP_AUTHORIZATION"] = self.credential(caller)
        setup_testing_defaults(environ)
        self.sent[way] += 1
        return self.answer(environ, f"{method} {path} {content.decode()} by {who(caller)} ({way}) {headers or ''}", way)

    def answer(self, environ: dict[str, Any], asked: str, way: str) -> Answer:
        begun: list[Any] = []
        parts = self.applications[way](environ, lambda status, headers: begun.extend([status, headers]))
        try:
            content = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
        return Answer(asked, int(begun[0][:3]), dict(begun[1]), content)

    def credential(self, caller: Session | str) -> str:
        self.turn += 1
        secrets = [caller] if isinstance(caller, str) else caller.secrets
        return f"{('Token', 'Bearer')[self.turn // 2 % 2]} {secrets[self.turn % len(secrets)]}"


def as_environ(path: str) -> str:
    return path.encode().decode("latin-1")


def who(caller: Session | str | None) -> str:
    if caller is None:
        return "nobody"
    return caller.user.name if isinstance(caller, Session) else "whoever has a dead credential"


def expect(answer: Answer, status: int) -> Any:
    """The answer's JSON. Raises AssertionError where the status is another."""
    assert answer.status == status, f"{answer.asked}: {answer.status}, not {status}: {answer.content[:400]!r}"
    return answer.json


def equal(found: Any, expected: Any, asked: str) -> None:
    """Raises AssertionError that names what differs."""
    if found == expected:
        return
    if isinstance(found, dict) and isinstance(expected, dict):
        names = sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
        differing = "; ".join(f"{name} is {found.get(name)!r}, should be {expected.get(name)!r}" for name in names)
        raise AssertionError(f"{asked}: {differing}")
    raise AssertionError(f"{asked}: is {found!r}, should be {expected!r}")
