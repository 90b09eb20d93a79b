"""Clients that write without a pause and remember what was acknowledged, and a look at whether all of it is there."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from uuid import uuid4

from drills.client import GONE, Answer, Client
from drills.server import Server

MOVIES = "/api/v1/movies/"
WRITERS = 8
UNLIMITED = {"THROTTLING": "off", "QUOTA_MOVIES_A_DAY": "0", "QUOTA_COMMENTS_A_DAY": "0"}  # a server for writers
PAUSE_SECONDS = 0.05  # after no answer, or a refusal: as a client would


@dataclass
class Written:
    """What was acknowledged of one movie."""

    title: str
    comments: set[str] = field(default_factory=set)
    is_liked: bool = False
    is_favourite: bool = False


@dataclass
class Ledger:
    """What all writers were told together."""

    movies: dict[int, Written] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    longest: float = 0.0  # seconds of an answer

    @property
    def acknowledged(self) -> int:
        return sum(1 + len(one.comments) + one.is_liked + one.is_favourite for one in self.movies.values())

    @property
    def unanswered(self) -> int:
        return self.statuses[GONE]

    def told(self) -> str:
        """How often which status came: "201: 512, no answer: 3"."""
        return ", ".join(f"{status or 'no answer'}: {number}" for status, number in sorted(self.statuses.items()))


class Writer(threading.Thread):
    """One account: a movie, two comments on it, a like and a favourite, and so on with the next movie.

    With `retries` each request has an `Idempotency-Key`, and is sent again until it is answered.
    """

    def __init__(self, server: Server, ledger: Ledger, over: threading.Event, *, retries: bool) -> None:
        super().__init__(daemon=True)
        self.client, self.ledger, self.over, self.retries = Client(server, timeout=60).register(), ledger, over, retries

    def run(self) -> None:
        while not self.over.is_set():
            title = f"A film of drills {uuid4()}"
            made = self.send("POST", MOVIES, title=title)
            if made.status == HTTPStatus.CREATED:
                self.about(made.data["id"], title)

    def about(self, pk: int, title: str) -> None:
        written = self.ledger.movies[pk] = Written(title)
        for _ in range(2):
            text = f"A comment {uuid4()}"
            if self.send("POST", f"{MOVIES}{pk}/comments/", text=text).status == HTTPStatus.CREATED:
                written.comments.add(text)
        written.is_liked = self.send("POST", f"{MOVIES}{pk}/like/").status == HTTPStatus.CREATED
        written.is_favourite = self.send("POST", f"{MOVIES}{pk}/favorite/").status == HTTPStatus.OK

    def send(self, method: str, path: str, **data: object) -> Answer:
        headers = {"Idempotency-Key": uuid4().hex} if self.retries else {}
        while True:
            answer = self.client.send(method, path, headers, **data)
            self.ledger.statuses[answer.status] += 1
            self.ledger.longest = max(self.ledger.longest, answer.seconds)
            if answer.status and answer.status < 500:
                return answer
            time.sleep(PAUSE_SECONDS)
            if not self.retries:
                return answer


@contextmanager
def writing(server: Server, *, retries: bool = False, writers: int = WRITERS) -> Iterator[Ledger]:
    """Writers at work for the block. Afterwards each has had the answer to its last request."""
    ledger, over = Ledger(), threading.Event()
    threads = [Writer(server, ledger, over, retries=retries) for _ in range(writers)]
    for thread in threads:
        thread.start()
    try:
        yield ledger
    finally:
        over.set()
        for thread in threads:
            thread.join(120)


def lost(server: Server, ledger: Ledger, *, exactly: bool = False) -> list[str]:
    """What was acknowledged and is not there, a line each; with `exactly` also what is there twice."""
    client, missing = Client(server), []
    for pk, written in ledger.movies.items():
        movie = client.get(f"{MOVIES}{pk}/").data
        comments = [one["text"] for one in client.get(f"{MOVIES}{pk}/comments/?page_size=100").data["results"]]
        if movie.get("title") != written.title:
            missing.append(f"movie {pk}")
            continue
        missing += [f"a comment on movie {pk}" for text in written.comments if text not in comments]
        if written.is_liked and not movie["likes_count"]:
            missing.append(f"the like of movie {pk}")
        if written.is_favourite and not movie["favorites_count"]:
            missing.append(f"the favourite of movie {pk}")
        if exactly and len(comments) != len(written.comments):
            missing.append(f"movie {pk} has {len(comments)} comments instead of {len(written.comments)}")
    return missing
