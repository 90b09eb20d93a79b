"""`Idempotency-Key`: what is sent twice is done once, and answered alike."""

from collections.abc import Callable

from hypothesis import strategies as st

from config.tests.machine.looking import Kept, Looking, numbers, step, ways
from config.tests.machine.model import Movie, Session
from config.tests.machine.world import API, expect


class IdempotencyKeys(Looking):
    @step(number=numbers, other=numbers, way=ways, what=st.sampled_from(["again", "changed", "stolen"]))
    def use_a_key_again(self, number: int, other: int, way: str, what: str) -> None:
        """Afterwards every movie is looked at: where nothing was to be done, nothing has been."""
        if not self.keys.kept:
            self.like_with_a_key(self.somebody(number), number, self.keys.for_user)
        kept = self.pick([kept for kept in self.keys.kept if kept.user.sessions], number)
        if kept is None:
            return
        caller = kept.user.sessions[number % len(kept.user.sessions)]
        uses = {"again": self.send_again, "changed": self.send_something_else}
        if what in uses:
            uses[what](kept, caller, way)
        else:
            self.like_with_a_key(self.somebody(other), other, lambda user: kept.key)
        for movie in self.model.movies.values():
            self.look_at(movie, caller)

    def send_again(self, kept: Kept, caller: Session, way: str) -> None:
        """By whichever login of the same account: the same answer, and nothing is done."""
        again = self.world.send(kept.method, kept.path, caller, kept.body, way, IDEMPOTENCY_KEY=kept.key)
        assert again.headers.get("Idempotency-Replayed") == "true", f"{again.asked} was not replayed"
        assert (again.status, again.content) == (kept.answer.status, kept.answer.content), again.asked

    def send_something_else(self, kept: Kept, caller: Session, way: str) -> None:
        body = {**(kept.body or {}), "description": "something else"}
        expect(self.world.send(kept.method, kept.path, caller, body, way, IDEMPOTENCY_KEY=kept.key), 422)

    def like_with_a_key(self, caller: Session | None, which: int, key_for: Callable[..., str]) -> None:
        """A key is the caller's own: one that somebody else has sent is a new one."""
        movie = self.pick(list(self.model.movies.values()), which)
        if caller is None or movie is None:
            return
        key = key_for(caller.user)
        if not any(one.user is caller.user and one.key == key for one in self.keys.kept):
            self.like_at_last(caller, movie, key)

    @step(number=numbers, which=numbers, way=ways)
    def use_the_key_of_an_error(self, number: int, which: int, way: str) -> None:
        """After an error the key is free: the same may be sent again, or something else."""
        caller, movie = self.somebody(number), self.pick(list(self.model.movies.values()), which)
        if caller is None or movie is None:
            return
        key = self.keys.for_user(caller.user)
        path = f"{API}movies/{movie.id}/rating/"
        for _ in range(2):
            answer = self.world.send("PUT", path, caller, {"rating": 7}, way, IDEMPOTENCY_KEY=key)
            expect(answer, 400)
            assert "Idempotency-Replayed" not in answer.headers, answer.asked
        self.like_at_last(caller, movie, key)

    def like_at_last(self, caller: Session, movie: Movie, key: str) -> None:
        path = f"{API}movies/{movie.id}/like/"
        answer = self.world.send("POST", path, caller, IDEMPOTENCY_KEY=key)
        expect(answer, 200 if caller.user in movie.likes else 201)
        assert "Idempotency-Replayed" not in answer.headers, answer.asked
        movie.likes.setdefault(caller.user)
        self.keys.kept.append(Kept(caller.user, "POST", path, None, key, answer))
        self.look_at(movie, caller)
