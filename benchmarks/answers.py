"""Whether everybody gives the same answers. Only then a rate means anything."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks.kept import Data
from benchmarks.load import Request, TooSlow, ask
from benchmarks.pocketbase.answers import alike
from benchmarks.processes import Server
from benchmarks.scenarios import BASELINE, POCKETBASE, Scenario, World, like, rate

SAMPLE = 3  # requests of each scenario
ROUNDING = 0.0101  # the textbook's live average may be rounded to the other side
OF_ONE_CONTESTANT = ("id", "created_at", "updated_at", "next", "previous")  # of a page or a new row


class Differs(Exception):
    """Two contestants disagree; the text says where."""


def first_difference(one: Any, other: Any, tolerance: float, where: str = "") -> str:
    """Where `one` and `other` part, or nothing."""
    if isinstance(one, dict) and isinstance(other, dict):
        if one.keys() != other.keys():
            return f"{where} has {sorted(one.keys() ^ other.keys())} on one side only"
        parts = ((f"{where}.{key}", one[key], other[key]) for key in one)
    elif isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return f"{where} has {len(one)} and {len(other)} items"
        parts = ((f"{where}[{n}]", a, b) for n, (a, b) in enumerate(zip(one, other, strict=True)))
    elif isinstance(one, (int, float)) and isinstance(other, (int, float)):
        allowed = tolerance if where.endswith(".average_rating") else 0
        return "" if abs(one - other) <= allowed else f"{where} is {one!r} and {other!r}"
    else:
        return "" if one == other else f"{where} is {one!r} and {other!r}"
    return next(filter(None, (first_difference(a, b, tolerance, path) for path, a, b in parts)), "")


def comparable(body: bytes, *, is_written: bool) -> Any:
    """What has to be the same: of a page all but its links, of a new row all but its id and its time."""
    data = json.loads(body)
    if isinstance(data, dict) and (is_written or "results" in data):
        return {key: value for key, value in data.items() if key not in OF_ONE_CONTESTANT}
    return data


def sample_of(requests: list[Request]) -> list[Request]:
    step = max(1, len(requests) // SAMPLE)
    return requests[::step][:SAMPLE]


def compare_reads(scenario: Scenario, requests: dict[str, list[Request]], servers: dict[str, Server]) -> set[str]:
    """Asks everybody the same and compares with the floor (or with what is known). Returns who took too long."""
    slow: set[str] = set()
    expected: list[Any] = []
    for name in sorted(requests, key=lambda name: (name == POCKETBASE, name != "floor")):
        try:
            replies = [ask(servers[name], request) for request in sample_of(requests[name])]
        except TooSlow:
            slow.add(name)
            servers[name].restart()  # or it would go on with what nobody waits for any more
            continue
        for request, reply in zip(sample_of(requests[name]), replies, strict=True):
            wanted = 304 if "If-None-Match" in request.headers else 200
            if reply.status != wanted:
                raise Differs(f"{name} answers {reply.status} to {request.path}: {reply.body[:300]!r}")
        if not replies[0].body:
            continue
        bodies = [comparable(reply.body, is_written=False) for reply in replies]
        if not all(map(has_content, bodies)):
            raise Differs(f"{name} finds nothing for {[request.path for request in sample_of(requests[name])]}")
        if name == BASELINE:  # another checkout may show a movie in another shape
            continue
        if name == POCKETBASE:
            check_pocketbase(scenario, expected, [json.loads(reply.body) for reply in replies])
        elif not scenario.is_compared(name):
            check_words(name, requests[name], bodies)
        elif not expected:
            expected = bodies
        elif difference := first_difference(expected, bodies, ROUNDING if name == "textbook" else 0):
            raise Differs(f"{scenario.name}: the answers of {name} are not those of the floor: {difference}")
    return slow


def check_pocketbase(scenario: Scenario, expected: list[Any], bodies: list[Any]) -> None:
    """The films that the others show, though in another shape."""
    ours, theirs = alike(expected, bodies, is_own=scenario.is_own)
    if difference := first_difference(ours, theirs, ROUNDING):
        raise Differs(f"{scenario.name}: the answers of pocketbase are not those of the others: {difference}")


def has_content(data: Any) -> bool:
    return bool(data.get("results", data.get("items", data)) if isinstance(data, dict) else data)


def check_words(name: str, requests: list[Request], bodies: list[Any]) -> None:
    """Every movie that a search found has the words that it was asked for."""
    for request, body in zip(sample_of(requests), bodies, strict=True):
        words = parse_qs(urlsplit(request.path).query)["q"][0].split()
        for movie in body["results"]:
            text = " ".join([movie["title"], movie["director"]["name"], *(genre["name"] for genre in movie["genre"])])
            if not all(word in text.lower() for word in words):
                raise Differs(f"{name} finds {text!r} for {words}")


def compare_writes(data_of: dict[str, Data], world: World, servers: dict[str, Server]) -> None:
    """All with Marquee's tables do the same from the same state: new, again, and what is counted afterwards."""
    expected: list[Any] = []
    for name in sorted(data_of, key=lambda name: name != "floor"):
        server, data, done = servers[name], data_of[name], list[Any]()
        data.undo()
        requests = [*writable(data, rate(world, server))[:2], *writable(data, like(world, server))[:2]]
        for request in [*requests, *requests]:
            reply = ask(server, request)
            if reply.status not in (200, 201):
                raise Differs(f"{name} answers {reply.status} to {request.method} {request.path}: {reply.body[:300]!r}")
            done.append([reply.status, comparable(reply.body, is_written=True)])
        ids = [movie_of(request) for request in requests]
        if name != "textbook" and (wrong := data.wrong_counts(ids)):  # which counts when it is asked
            raise Differs(f"{name} leaves wrong counts of the movies {wrong}")
        expected = expected or done
        if name != BASELINE and (difference := first_difference(expected, done, 0)):
            raise Differs(f"what {name} writes is not what the floor writes: {difference}")
        data.undo()


def movie_of(request: Request) -> int:
    return int(request.path.split("/movies/")[1].split("/")[0])


def writable(data: Data, requests: list[Request]) -> list[Request]:
    """Requests about movies, each another one."""
    return list({movie_of(request): request for request in requests[:10]}.values())
