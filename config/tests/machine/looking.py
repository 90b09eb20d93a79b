"""What all steps share: choosing whom and what, writing, and comparing what is read with the model."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from config.tests.machine import shapes
from config.tests.machine.model import Model, Movie, Name, Session, User, key_of
from config.tests.machine.world import API, FULL_STACK, SERVER, Answer, World, equal, expect

Item = TypeVar("Item")
numbers = st.integers(0, 47)  # the machine takes the remainder by how many there are to choose from
ways = st.sampled_from([SERVER, FULL_STACK])
dialects = st.sampled_from(list(shapes.DETAILS))


def step(**arguments: Any) -> Callable[[Any], Any]:
    """A rule that is counted."""

    def decorate(function: Any) -> Any:
        @wraps(function)
        def counted(self: "Looking", **drawn: Any) -> Any:
            self.steps[function.__name__] += 1
            try:
                return function(self, **drawn)
            except BaseException:
                self.has_failed = True
                raise

        return rule(**arguments)(counted)

    return decorate


@dataclass
class Kept:
    """A change that was done with an Idempotency-Key, and its answer."""

    user: User
    method: str
    path: str
    body: Any
    key: str
    answer: Answer


@dataclass
class Keys:
    """The keys that have been sent. After an error a key is free: its owner sends it again with something else."""

    made: int = 0
    kept: list[Kept] = field(default_factory=list)
    free: list[tuple[User, str]] = field(default_factory=list)

    def for_user(self, user: User) -> str:
        for owner, key in self.free:
            if owner is user:
                self.free.remove((owner, key))
                return key
        self.made += 1
        return f"key-{self.made}"


class Looking(RuleBasedStateMachine):
    """The ground of the machine."""

    steps: ClassVar[Counter[str]] = Counter()  # of all examples
    requests: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.world, self.model, self.keys = World(), Model(), Keys()
        self.made = 0  # things with names of their own
        self.has_failed = False  # then the model may be behind, and the end has nothing to compare

    # --- Choosing ---

    @staticmethod
    def pick(items: Sequence[Item], number: int) -> Item | None:
        return items[number % len(items)] if items else None

    def anybody(self, number: int) -> Session | None:
        """Somebody's login, or nobody."""
        return self.pick([*self.model.sessions, None], number)

    def somebody(self, number: int) -> Session | None:
        """None only where nobody is logged in."""
        return self.pick(self.model.sessions, number)

    def a_movie(self, number: int) -> Movie | None:
        """One that there is; now and then one that there was."""
        return self.pick([*self.model.movies.values(), *self.model.gone[-1:]], number)

    def is_there(self, movie: Movie) -> bool:
        return movie.id in self.model.movies

    def new_name(self, kind: str) -> str:
        self.made += 1
        return f"{kind}{self.made}"

    # --- Writing ---

    def write(
        self, method: str, path: str, caller: Session | None, body: Any = None, *, way: str, keyed: bool = False
    ) -> Answer:
        """Sends a change, where it is `keyed` with an Idempotency-Key, which is kept where the change was done."""
        if not keyed or caller is None:
            return self.world.send(method, path, caller, body, way)
        user, key = caller.user, self.keys.for_user(caller.user)
        answer = self.world.send(method, path, caller, body, way, IDEMPOTENCY_KEY=key)
        assert "Idempotency-Replayed" not in answer.headers, f"{answer.asked} was replayed"
        if answer.status < 400:
            self.keys.kept.append(Kept(user, method, path, body, key, answer))
        else:
            self.keys.free.append((user, key))
        return answer

    @staticmethod
    def refusal(movie_is_there: bool, caller: Session | None, may: bool) -> int | None:
        """The status with which a change is refused; None where it is done."""
        if caller is None:
            return 401
        if not movie_is_there:
            return 404
        return None if may else 403

    # --- Looking ---

    def read(self, path: str, caller: Session | None, status: int = 200, *, twice: bool = False) -> Any:
        """The JSON at `path`. Of movies, which the fast path answers, both ways have to give the same (`twice`)."""
        answer = self.world.send("GET", path, caller)
        if twice:
            full = self.world.send("GET", path, caller, way=FULL_STACK)
            assert answer.content == full.content, f"{full.asked}: {full.content!r}, and faster {answer.content!r}"
            assert answer.headers.get("ETag") == full.headers.get("ETag"), full.asked
        return expect(answer, status)

    def whole(self, path: str, caller: Session | None, size: int = 5, *, twice: bool = False) -> list[Any]:
        """All items of a list, page by page as its links lead."""
        mark = "&" if "?" in path else "?"
        page = self.read(f"{path}{mark}page_size={size}", caller, twice=twice)
        items, count = list(page["results"]), page["count"]
        while page["next"]:
            page = self.read(page["next"].removeprefix("http://localhost"), caller, twice=twice)
            items += page["results"]
        assert count == len(items), f"{path}: count is {count}, and there are {len(items)}"
        return items

    def look_at(self, movie: Movie, caller: Session | None, *dialects: str) -> None:
        """Compares the movie in the canonical shape, and in these."""
        viewer = caller and caller.user
        for dialect in ("api", *dialects):
            address, shape = shapes.DETAILS[dialect]
            path = address.format(movie.id)
            if not self.is_there(movie):
                self.read(path, caller, 404, twice=True)
                continue
            found = self.read(path, caller, twice=True)
            equal(without_times(found), shape(movie, viewer), f"GET {path}")

    def learn(self, movie: Movie, caller: Session | None, *, is_changed: bool) -> None:
        """Takes over what only the server knows: ids of new names, and times."""
        found = self.read(f"{API}movies/{movie.id}/", caller)
        for rows, shown in ((movie.directors, found["directors"]), (movie.genres, found["genre"])):
            for row, item in zip(rows, shown, strict=False):
                row.id = row.id or item["id"]
        if is_changed:
            assert found["updated_at"] > movie.updated_at, f"movie {movie.id}: updated_at has not changed"
            movie.updated_at = found["updated_at"]
        if not movie.created_at:
            movie.created_at, movie.uuid = found["created_at"], found["uuid"]
        self.look_at(movie, caller)

    def names(self, known: dict[str, Name], sent: Sequence[str]) -> list[Name]:
        """The rows of these names, each once. A new name is spelled as it was sent first."""
        rows = [known.setdefault(key_of(name), Name(0, name)) for name in sent]
        return list(dict.fromkeys(rows))


def without_times(shown: dict[str, Any]) -> dict[str, Any]:
    """A movie without the times of its director, which classic shows."""
    director = shown.get("director")
    if not isinstance(director, dict):
        return shown
    return {**shown, "director": {name: director[name] for name in ("id", "name")}}
