"""Collections, in the canonical shape and in collector's. For anybody but the owner there are none."""

from typing import Any
from uuid import NAMESPACE_OID, uuid5

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from config.tests.machine import shapes
from config.tests.machine.looking import Looking, numbers, step, ways
from config.tests.machine.model import Collection, Entry, Session
from config.tests.machine.world import API, expect

ADDRESSES = {"api": "/api/v1/collections/", "collector": "/collection/"}
SHAPES = {"api": shapes.collection, "collector": shapes.collector}
kinds = st.sampled_from(list(ADDRESSES))
# Each is the catalogue's movie of that number, where there is one, or else a movie of one's own.
entries = st.lists(
    st.tuples(numbers, st.sampled_from(["", "Drama", "Horror, drama", " Film Noir ,"])),
    max_size=4,
    unique_by=lambda e: e[0],
)
MOST_COLLECTIONS = 5


class Lists(Looking):
    def sent_movies(self, chosen: list[tuple[int, str]]) -> tuple[list[dict[str, str]], list[Entry]]:
        """The body, and what the server has to make of it. An even number is a movie of the catalogue."""
        body, rows, used = [], [], set()
        movies = list(self.model.movies.values())
        for number, genres in chosen:
            movie = self.pick(movies, number) if number % 2 == 0 else None
            uuid = movie.uuid if movie else str(uuid5(NAMESPACE_OID, str(number)))
            if uuid in used:
                continue
            used.add(uuid)
            sent = {"uuid": uuid, "title": f"Own {number}", "description": " d ", "genres": genres}
            body.append(sent)
            rows.append(Entry(uuid, movie, sent["title"], sent["description"], sent["genres"]))
        return body, rows

    def look_at_collection(self, row: Collection, caller: Session | None) -> None:
        is_own = caller is not None and caller.user is row.owner
        status = 200 if is_own else 404 if caller else 401
        for kind, address in ADDRESSES.items():
            found = self.read(f"{address}{row.uuid}/", caller, status)
            if is_own:
                if kind == "api":
                    self.learn_times(row, found)
                assert found == SHAPES[kind](row), f"collection {row.uuid} is {found}, should be {SHAPES[kind](row)}"

    @staticmethod
    def learn_times(row: Collection, found: dict[str, Any]) -> None:
        """Takes over the times of a collection that has just been written."""
        row.created_at = row.created_at or found["created_at"]
        row.updated_at = row.updated_at or found["updated_at"]

    @precondition(lambda self: len(self.model.collections) < MOST_COLLECTIONS)
    @step(number=numbers, kind=kinds, chosen=entries, way=ways, keyed=st.booleans())
    def create_a_collection(self, number: int, kind: str, chosen: list[tuple[int, str]], way: str, keyed: bool) -> None:
        caller, (movies, rows) = self.anybody(number), self.sent_movies(chosen)
        body = {"title": self.new_name("List "), "description": "d", "movies": movies}
        said = expect(self.write("POST", ADDRESSES[kind], caller, body, way=way, keyed=keyed), 201 if caller else 401)
        if caller:
            uuid = said["uuid" if kind == "api" else "collection_uuid"]
            row = Collection(uuid, caller.user, body["title"], "d", rows)
            self.model.collections.append(row)
            self.look_at_collection(row, caller)

    @step(
        number=numbers,
        which=numbers,
        kind=kinds,
        method=st.sampled_from(["PUT", "PATCH"]),
        chosen=st.none() | entries,
        way=ways,
        keyed=st.booleans(),
    )
    def change_a_collection(
        self,
        number: int,
        which: int,
        kind: str,
        method: str,
        chosen: list[tuple[int, str]] | None,
        way: str,
        keyed: bool,
    ) -> None:
        """What is not sent stays as it is, whatever the method."""
        caller, row = self.anybody(number), self.pick(self.model.collections, which)
        if row is None:
            return
        movies, rows = self.sent_movies(chosen or [])
        body: dict[str, Any] = {"title": self.new_name("List ")} | ({} if chosen is None else {"movies": movies})
        is_own = caller is not None and caller.user is row.owner
        path = f"{ADDRESSES[kind]}{row.uuid}/"
        expect(self.write(method, path, caller, body, way=way, keyed=keyed), 200 if is_own else 404 if caller else 401)
        if is_own:
            row.title, row.updated_at = body["title"], ""
            row.entries = row.entries if chosen is None else rows
        self.look_at_collection(row, caller)

    @step(number=numbers, which=numbers, kind=kinds, way=ways)
    def delete_a_collection(self, number: int, which: int, kind: str, way: str) -> None:
        caller, row = self.anybody(number), self.pick(self.model.collections, which)
        if row is None:
            return
        is_own = caller is not None and caller.user is row.owner
        path = f"{ADDRESSES[kind]}{row.uuid}/"
        expect(self.write("DELETE", path, caller, way=way), 204 if is_own else 404 if caller else 401)
        if is_own:
            self.model.collections.remove(row)
            expect(self.write("DELETE", path, caller, way=way), 404)
        else:
            self.look_at_collection(row, caller)

    @step(number=numbers)
    def look_at_the_collections(self, number: int) -> None:
        """One's own, in the order in which they were made, and the genres that occur most in them."""
        caller = self.anybody(number)
        if caller is None:
            self.read(ADDRESSES["api"], None, 401)
            return
        own = [row for row in self.model.collections if row.owner is caller.user]
        assert self.whole(ADDRESSES["api"], caller) == [shapes.collection(row) for row in own], "collections"
        genres = shapes.favourite_genres(self.model, caller.user)
        found = self.read(f"{API}collections/favourite-genres/", caller)
        assert found == genres, f"favourite genres are {found}, should be {genres}"
        data = self.read(ADDRESSES["collector"], caller)["data"]
        assert data["collections"] == [shapes.collector(row) for row in own], "collector's collections"
        assert data["favourite_genres"] == ", ".join(item["genre"] for item in genres)
