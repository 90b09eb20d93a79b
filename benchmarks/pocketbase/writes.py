"""Whether PocketBase and Marquee leave the same behind, after the same was written."""

import json
from typing import Any

from benchmarks import scenarios
from benchmarks.answers import Differs, first_difference
from benchmarks.kept import Data
from benchmarks.load import Request, ask
from benchmarks.pocketbase import requests
from benchmarks.pocketbase.answers import alike
from benchmarks.pocketbase.data import PocketData
from benchmarks.processes import Server

SAMPLE = 3  # requests of each scenario
DONE = (200, 201)
WRITES = {
    "PUT rating": scenarios.rate,
    "POST like": scenarios.like,
    "POST comment": scenarios.comment,
    "POST a movie": scenarios.add_movie,
}
AGAIN = "PUT rating"  # what a second time replaces, with the same; PocketBase refuses a second like


def done(server: Server, asked: list[Request]) -> list[Any]:
    """The bodies of the answers."""
    bodies = []
    for request in asked:
        reply = ask(server, request)
        if reply.status not in DONE:
            raise Differs(
                f"{server.name} answers {reply.status} to {request.method} {request.path}: {reply.body[:300]!r}"
            )
        bodies.append(json.loads(reply.body))
    return bodies


def compare(world: scenarios.World, marquee: Server, data: Data, pocketbase: Server, copy: PocketData) -> None:
    """Raises Differs where the two do not leave the same counts, or do not add the same film."""
    ids = [movie_id for _, movie_id in world.pairs[:SAMPLE]]
    for each in (data, copy):
        each.undo()
    for name, asked_of_marquee in WRITES.items():
        ours, theirs = asked_of_marquee(world, marquee)[:SAMPLE], requests.REQUESTS[name](world, copy)[:SAMPLE]
        for _ in range(2 if name == AGAIN else 1):
            mine, its = done(marquee, ours), done(pocketbase, theirs)
    for one, other in zip(mine, its, strict=True):  # the films that were added, without what is not to be the same
        for key in ("id", "created_at"):
            one.pop(key)
        if difference := first_difference(*alike([one], [with_expanded(pocketbase, other)], is_own=False), 0):
            raise Differs(f"pocketbase does not add the film that marquee adds: {difference}")
    if wrong := copy.wrong_counts(ids):
        raise Differs(f"pocketbase leaves wrong counts of the movies {wrong}")
    if difference := first_difference(list(map(list, data.counts(ids))), list(map(list, copy.counts(ids))), 0):
        raise Differs(f"the counts of pocketbase are not those of marquee: {difference}")
    for each in (data, copy):
        each.undo()


def with_expanded(server: Server, record: dict[str, Any]) -> dict[str, Any]:
    path = f"{requests.MOVIES}/{record['id']}?{requests.EXPANDED}"
    expanded: dict[str, Any] = json.loads(ask(server, Request(path)).body)
    return expanded
