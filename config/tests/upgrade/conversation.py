"""What clients ask while releases change: every kind of read and write, and what each has to be answered with.

Both releases understand it: what only the newer one has stands nowhere here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

import requests

PASSWORD = "rolling-horse-battery-9"
NUMBERS = count(1)


@dataclass
class Client:
    """Somebody with a login at one server. What is answered otherwise than expected is in `wrong`, a line each.

    Servers share their database, so a login of one is good at the other: `at()` goes on there.
    """

    api: str
    wrong: list[str]
    name: str = ""
    credentials: dict[str, str] = field(default_factory=dict)
    scheme: str = "Token"
    requests: Callable[[], Any] = lambda: None

    def ask(self, method: str, path: str, expected: int, headers: dict[str, str] | None = None, **body: Any) -> Any:
        """The JSON of the answer; an empty one where there is none, or it is not the expected one."""
        self.requests()
        secret = self.credentials.get("token" if self.scheme == "Token" else "access")
        headers = {**(headers or {}), **({"Authorization": f"{self.scheme} {secret}"} if secret else {})}
        try:
            reply = requests.request(method, f"{self.api}{path}", json=body or None, headers=headers, timeout=60)
        except requests.RequestException as error:
            self.wrong.append(f"{method} {self.api}{path}: {error}")
            return {}
        if reply.status_code != expected:
            said = f"{reply.status_code}, not {expected}: {reply.text[:300]}"
            self.wrong.append(f"{method} {self.api}{path}: {said}")
            return {}
        return reply.json() if reply.content else {}

    def at(self, api: str) -> "Client":
        """The same login at another server."""
        return Client(api, self.wrong, self.name, self.credentials, self.scheme, self.requests)

    def register(self) -> "Client":
        self.name = f"person{next(NUMBERS)}x{uuid4().hex[:6]}"
        self.credentials = {}
        email = f"{self.name}@example.com"
        self.credentials = self.ask("POST", "auth/register/", 201, username=self.name, email=email, password=PASSWORD)
        return self

    def log_in(self, scheme: str) -> "Client":
        """Another login of the same account, with this credential from now on."""
        self.scheme = scheme
        self.credentials = self.ask("POST", "auth/login/", 200, username=self.name, password=PASSWORD)
        return self


def add_movie(owner: Client) -> dict[str, Any]:
    return owner.ask(
        "POST",
        "movies/",
        201,
        title=f"Señor Ärger {next(NUMBERS)}",
        description="In space.",
        release_date="1979-05-25",
        duration=117,
        director=f"Agnès Varda {next(NUMBERS) % 5}",
        genre=["Horror", f"Genre {next(NUMBERS) % 7}"],
    )


def react(guest: Client, movie: dict[str, Any]) -> None:
    """All feedback on somebody else's movie, set, read and in part taken back."""
    path = f"movies/{movie['id']}/"
    guest.ask("PUT", f"{path}rating/", 201, rating=4.5)
    guest.ask("PUT", f"{path}rating/", 200, rating=3)
    guest.ask("POST", f"{path}like/", 201)
    guest.ask("POST", f"{path}favorite/", 200)
    comment = guest.ask("POST", f"{path}comments/", 201, text="Hm.")
    guest.ask("POST", f"{path}comments/", 201, text="Hm again.")
    shown = guest.ask("GET", path, 200)
    counts = [shown.get(f"{name}_count") for name in ("ratings", "likes", "favorites", "comments")]
    if (*counts, shown.get("average_rating")) != (1, 1, 1, 2, 3):
        guest.wrong.append(f"GET {guest.api}{path}: counts {counts}, average {shown.get('average_rating')}")
    for name in ("rating", "like", "comments", "ratings"):
        guest.ask("GET", f"{path}{name}/", 200)
    if comment:
        guest.ask("DELETE", f"comments/{comment['id']}/", 204)
    guest.ask("DELETE", f"{path}like/", 200)
    guest.ask("DELETE", f"{path}rating/", 204)


def collect(guest: Client, movie: dict[str, Any]) -> None:
    """A collection with a movie of the catalogue and one of one's own."""
    movies = [{"uuid": movie["uuid"]}, {"title": "Mine", "description": "Ünïcode", "genres": "Drama, Horror"}]
    made = guest.ask("POST", "collections/", 201, title="To see", description="again", movies=movies)
    again = guest.ask("POST", "collections/", 201, title="To see", description="and delete", movies=movies)
    guest.ask("GET", "collections/", 200)
    guest.ask("GET", "collections/favourite-genres/", 200)
    if made and again:
        guest.ask("PATCH", f"collections/{made['uuid']}/", 200, title="Seen", movies=movies[1:])
        guest.ask("GET", f"collections/{made['uuid']}/", 200)
        guest.ask("DELETE", f"collections/{again['uuid']}/", 204)


def find(anybody: Client) -> None:
    for path in ("movies/", "movies/search/?q=arger", "movies/?genre=horror&ordering=title", "movies/categories/"):
        anybody.ask("GET", path, 200)
    for path in ("movies/newest/", "movies/most-liked/", "directors/", "genres/", "users/", "ratings/"):
        anybody.ask("GET", path, 200)


def converse(first: str, second: str, wrong: list[str], counted: Callable[[], Any]) -> None:
    """Everything once: who adds movies is at `first`, who reacts to them at `second`; both are APIs' addresses."""
    owner = Client(first, wrong, requests=counted).register()
    guest = Client(second, wrong, requests=counted).register()
    movie, doomed = add_movie(owner), add_movie(owner)
    if not (movie and doomed):
        return
    react(guest, movie)
    react(guest.at(first), doomed)
    collect(guest, movie)
    guest.log_in("Bearer").at(first).ask("GET", "users/me/", 200)
    for server in (first, second):
        owner.at(server).ask("PATCH", f"movies/{movie['id']}/", 200, title=f"Änders {next(NUMBERS)}", genre=["Drama"])
        owner.at(server).ask("GET", f"movies/{movie['id']}/", 200)
    owner.ask("PATCH", "users/me/", 200, username=f"{owner.name}b")
    owner.at(second).ask("DELETE", f"movies/{doomed['id']}/", 204)
    find(guest)
    guest.credentials = {**guest.credentials, **renewed(guest)}
    guest.ask("POST", "auth/logout/", 204)
    guest.ask("GET", "users/me/", 401)
    guest.log_in("Token").at(first).ask("DELETE", "users/me/", 204)


def leave(older: str, newer: str, wrong: list[str]) -> None:
    """Somebody uses at the newer release what is new in it, and deletes at the older one what that refers to."""
    owner, guest = Client(newer, wrong).register(), Client(newer, wrong).register()
    movie = add_movie(owner)
    comment = guest.ask("POST", f"movies/{movie['id']}/comments/", 201, text="Hm.")
    owner.ask("POST", f"comments/{comment['id']}/report/", 201, reason="Hm!")
    owner.ask("POST", "users/me/tokens/", 201, name="program", scopes=["read"])
    owner.ask("POST", "users/me/second-factor/", 200)
    headers = {"Idempotency-Key": uuid4().hex}
    guest.ask("POST", f"movies/{movie['id']}/favorite/", 200, headers=headers)
    guest.at(older).ask("DELETE", f"comments/{comment['id']}/", 204)
    owner.at(older).ask("DELETE", f"movies/{movie['id']}/", 204)
    for person in (owner, guest):
        person.at(older).ask("DELETE", "users/me/", 204)


def renewed(guest: Client) -> dict[str, str]:
    pair: dict[str, str] = guest.ask("POST", "auth/refresh/", 200, refresh=guest.credentials.get("refresh", ""))
    return pair
