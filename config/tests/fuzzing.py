"""Asks a running server for whatever its own Swagger document allows, and for what it does not, and believes nothing else.

    make fuzz         on SQLite and on PostgreSQL

    SEED=7            repeats a run
    EXAMPLES=20       cases of each operation, of what it takes and of what it does not
    SECONDS=600       goes on for that long, with another seed each time

schemathesis makes cases from the document. Each is sent by alice, who owns things, by bob, who owns others, and by
nobody; once as it is and once for each of a few things that no schema thinks of. Every answer has to be one that the
document knows: the status, the content type, the body and the headers, and never 5xx.
"""

import os
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import seed as seeded
from hypothesis import settings as hypothesis_settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi import checks

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
CHECKS_WITHOUT_BODY = [check for check in CHECKS if check is not checks.content_type_conformance]
PASSWORD = "fuzz-horse-battery-9"
API = "/api/v1/"
QUIET = hypothesis_settings(
    deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), print_blob=False
)


def nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


# What no schema thinks of, in a field of a body and in a query.
NASTY = ["x" * 300, 10**20, -1, "nul\0", "\ud800", "é" * 200, nested(200), ["x"] * 5000, {"a": {"b": None}}, None, ""]
NASTY_QUERY = ["x" * 300, str(10**20), "-1", "nul\0", "é" * 200, "9" * 5000, "", "1.5", "null"]
NASTY_HEADERS = [
    {"Authorization": "Token wrong"},
    {"Authorization": "Bearer a.b.c"},
    {"If-Match": '"other"'},
    {"If-None-Match": "*"},
    {"Idempotency-Key": "once"},
    {"Idempotency-Key": "é"},
    {"Content-Type": "text/plain"},
    {"Content-Encoding": "gzip"},
    {"Accept": "text/csv"},
]
NASTY_PATH = ["999999999", "1" * 20, "x" * 300, "é", "0"]


@dataclass
class Person:
    """Somebody with a login, and with things that only this one may change; nobody where there is no name."""

    server: str
    name: str = ""
    number: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    owned: dict[str, list[str]] = field(default_factory=dict)

    def post(self, path: str, **body: Any) -> Any:
        reply = requests.post(f"{self.server}{API}{path}", json=body, headers=self.headers, timeout=60)
        reply.raise_for_status()
        return reply.json()

    def prepare(self) -> None:
        """Has a login that is alive, and a new movie, comment and collection: the last operation may have ended them."""
        if not self.name:
            return
        if not self.headers or self.get("users/me/").status_code != 200:
            self.number += 1
            name = f"{self.name}{self.number}"
            self.headers = {}
            login = self.post("auth/register/", username=name, email=f"{name}@example.com", password=PASSWORD)
            self.headers = {"Authorization": f"Token {login['token']}"}
        movie = self.post(
            "movies/", title="Fuzz", description="d", release_date="2001-01-01", director="D", genre=["G"]
        )
        comment = self.post(f"movies/{movie['id']}/comments/", text="Hm.")
        collection = self.post("collections/", title="Mine", description="d", movies=[])
        self.owned = {
            "id": [str(movie["id"]), str(comment["id"]), str(collection.get("id", collection["uuid"]))],
            "uuid": [str(movie["uuid"]), str(collection["uuid"])],
        }

    def get(self, path: str) -> requests.Response:
        return requests.get(f"{self.server}{API}{path}", headers=self.headers, timeout=60)


class Fuzzer:
    """One run: `findings` are what it found, a line each, and `requests` how many answers it looked at."""

    def __init__(self, server: str, *, seed: int, examples: int) -> None:
        self.server, self.seed, self.examples = server, seed, examples
        self.findings: dict[str, str] = {}
        self.requests = 0
        self.random = random.Random(seed)
        document = requests.get(f"{server}/swagger.json", timeout=60).json()
        schema = schemathesis.openapi.from_dict(document)
        self.operations = [result.ok() for result in schema.get_all_operations()]
        self.people = [Person(server, f"alice{seed}x"), Person(server, f"bob{seed}x"), Person(server)]

    def run(self, *, until: float = float("inf")) -> None:
        for operation in self.operations:
            if time.monotonic() > until:
                return
            for person in self.people:
                person.prepare()
            for case in self.cases(operation):
                self.attack(operation, case)

    def cases(self, operation: Any) -> list[Any]:
        """What schemathesis makes of the operation's description: what it takes, and what it does not."""
        made: list[Any] = []
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode == GenerationMode.NEGATIVE and not (operation.query or operation.body):
                continue  # there is nothing to get wrong
            strategy = operation.as_strategy(generation_mode=mode)
            limited = hypothesis_settings(QUIET, max_examples=self.examples)
            try:
                seeded(self.seed)(limited(given(strategy)(lambda case: made.append(case))))()
            except Unsatisfiable:
                continue
        return made

    def attack(self, operation: Any, case: Any) -> None:
        for person in self.people:
            for variant in self.variants(case, person):
                self.send(operation, variant, person)

    def variants(self, case: Any, person: Person) -> Iterator[Any]:
        yield self.changed(case, path_parameters=self.paths(case, person))
        if case.query:
            name = self.random.choice(sorted(case.query))
            yield self.changed(case, query={**case.query, name: self.random.choice(NASTY_QUERY)})
        if isinstance(case.body, dict) and case.body:
            name = self.random.choice(sorted(case.body))
            body = {**case.body, name: self.random.choice(NASTY)}
            yield self.changed(case, path_parameters=self.paths(case, person), body=body)
        yield self.changed(case, headers={**case.headers, **self.random.choice(NASTY_HEADERS)})
        if case.path_parameters:
            nasty = {name: self.random.choice(NASTY_PATH) for name in case.path_parameters}
            yield self.changed(case, path_parameters=nasty)

    def paths(self, case: Any, person: Person) -> dict[str, Any]:
        """The path of something that there is, mostly the person's own."""
        owners = [person if person.name else self.people[0], self.people[0]]
        return {
            name: self.random.choice(self.random.choice(owners).owned.get(name, [str(value)]))
            for name, value in case.path_parameters.items()
        }

    def changed(self, case: Any, **parts: Any) -> Any:
        kept = ("method", "path_parameters", "headers", "cookies", "query", "body", "media_type")
        return case.operation.Case(**{name: getattr(case, name) for name in kept} | parts)

    def send(self, operation: Any, case: Any, person: Person) -> None:
        self.requests += 1
        try:
            headers = {**person.headers, **case.headers}
            response = case.call(base_url=self.server, headers=headers, timeout=60, allow_redirects=False)
        except (UnicodeError, requests.exceptions.InvalidHeader):
            return  # this client cannot say it
        # What has no body has no type, which Swagger 2.0 cannot say.
        has_body = response.status_code not in (204, 304)
        try:
            case.validate_response(response, checks=CHECKS if has_body else CHECKS_WITHOUT_BODY)
        except FailureGroup as group:
            for failure in group.exceptions:
                self.find(operation, response, failure, person)
        except Failure as failure:
            self.find(operation, response, failure, person)

    def find(self, operation: Any, response: Any, failure: Any, person: Person) -> None:
        what = f"{operation.label}: {response.status_code}, {getattr(failure, 'title', type(failure).__name__)}"
        said = f"{failure.message} | asked by {person.name or 'nobody'}: {response.request.method} {response.request.url[:200]}"
        body = (response.request.body or b"")[:300]
        self.findings.setdefault(what, f"{said} {body!r} -> {response.content[:300]!r}")


def main() -> int:
    from drills.server import running

    seconds = float(os.environ.get("FUZZ_SECONDS") or 0)
    examples = int(os.environ.get("EXAMPLES") or 10)
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    until = time.monotonic() + seconds if seconds else float("inf")
    with running(THROTTLING="off", EMAIL_URL="consolemail://") as server:
        while True:
            print(f"SEED={seed} EXAMPLES={examples} make fuzz repeats this.", flush=True)
            fuzzer = Fuzzer(server.address, seed=seed, examples=examples)
            fuzzer.run(until=until)
            for what, said in sorted(fuzzer.findings.items()):
                print(f"  {what}\n      {said}")
            print(
                f"{fuzzer.requests} requests to {len(fuzzer.operations)} operations, {len(fuzzer.findings)} findings."
            )
            if fuzzer.findings or not seconds or time.monotonic() > until:
                return 1 if fuzzer.findings else 0
            seed += 1


if __name__ == "__main__":
    sys.exit(main())
