"""`ETag`: a write with `If-Match` is done only where what was read is still so; `If-None-Match` is 304 while it is."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from config.tests.machine import lists, shapes
from config.tests.machine.catalogue import Catalogue
from config.tests.machine.feedback import Feedback
from config.tests.machine.looking import dialects, numbers, step, ways
from config.tests.machine.model import Collection, Movie, Session
from config.tests.machine.world import expect

MOST_TAGS = 6
LIKE = "/api/v1/movies/{}/like/"


@dataclass
class Tag:
    """What somebody has read: where, its tag, and how the model looked then."""

    session: Session
    thing: Movie | Collection
    kind: str
    path: str
    tag: str
    shown: Any


class Tags(Feedback, Catalogue):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[Tag] = []

    def shown(self, session: Session, thing: Movie | Collection, kind: str) -> Any:
        """How it looks now, by the model; None where there is nothing for this reader any more."""
        if isinstance(thing, Collection):
            is_there = thing in self.model.collections
            return lists.SHAPES[kind](thing) if is_there else None
        return shapes.DETAILS[kind][1](thing, session.user) if self.is_there(thing) else None

    def read_tag(self, session: Session, thing: Movie | Collection, kind: str, path: str) -> None:
        answer = self.world.send("GET", path, session)
        expect(answer, 200)
        self.tags.append(Tag(session, thing, kind, path, answer.headers["ETag"], self.shown(session, thing, kind)))
        del self.tags[:-MOST_TAGS]

    @step(number=numbers, which=numbers, dialect=dialects, kind=lists.kinds, of_collection=st.booleans())
    def read_a_tag(self, number: int, which: int, dialect: str, kind: str, of_collection: bool) -> None:
        """Of a movie, or of one's own collection."""
        session, movie = self.somebody(number), self.pick(list(self.model.movies.values()), which)
        row = self.pick([row for row in self.model.collections if row.owner.sessions], which)
        if of_collection and row:
            self.read_tag(row.owner.sessions[0], row, kind, f"{lists.ADDRESSES[kind]}{row.uuid}/")
        elif session and movie:
            owner = movie.owner.sessions if movie.owner and number % 2 else []
            self.read_tag((owner or [session])[0], movie, dialect, shapes.DETAILS[dialect][0].format(movie.id))

    @step(
        number=numbers,
        which=numbers,
        dialect=dialects,
        way=ways,
        meanwhile=st.sampled_from(["nothing", "a like", "a comment", "a change", "the end"]),
        is_weak=st.booleans(),
    )
    def use_a_tag(self, number: int, which: int, dialect: str, way: str, meanwhile: str, is_weak: bool) -> None:
        """One that has been read before, or just now; and then something may happen."""
        alive = [tag for tag in self.tags if tag.session in self.model.sessions]
        if not alive or number % 2:
            self.read_a_tag(number=number, which=which, dialect=dialect, kind="api", of_collection=which % 3 == 0)
            alive = [tag for tag in self.tags if tag.session in self.model.sessions]
        tag = self.pick(alive[::-1], number // 2)
        if tag is None:
            return
        self.let_happen(meanwhile, tag, number, which, way)
        now = self.shown(tag.session, tag.thing, tag.kind)
        self.read_unless_it_is_the_same(tag, now, way)
        self.change_if_it_is_the_same(tag, now, way, is_weak)

    def let_happen(self, meanwhile: str, tag: Tag, number: int, which: int, way: str) -> None:
        movies = list(self.model.movies.values())
        if not isinstance(tag.thing, Movie) or tag.thing not in movies:
            return
        place = movies.index(tag.thing)
        if meanwhile == "a like":
            self.like(number=which, which=place, path=LIKE, way=way, keyed=False, other=number, dialect="api")
        elif meanwhile == "a comment":
            self.comment(number=which, which=place, text="Hm.", way=way, keyed=False, other=number)
        elif meanwhile == "a change":
            self.change_a_movie(
                number=which,
                which=place,
                fields={"genre": ["Drama"]},
                dialect="api",
                way=way,
                keyed=False,
                other=number,
            )
        elif meanwhile == "the end" and len(movies) > 2:
            self.delete_a_movie(number=which, which=place, way=way)

    def read_unless_it_is_the_same(self, tag: Tag, now: Any, way: str) -> None:
        answer = self.world.send("GET", tag.path, tag.session, way=way, IF_NONE_MATCH=tag.tag)
        status = 404 if now is None else 304 if now == tag.shown else 200
        assert answer.status == status, f"{answer.asked}: {answer.status}, not {status}; {tag.shown} then, {now} now"
        assert (answer.headers.get("ETag") == tag.tag) == (status == 304), answer.asked

    def change_if_it_is_the_same(self, tag: Tag, now: Any, way: str, is_weak: bool) -> None:
        """Weak tags are never the same."""
        if_match = f"W/{tag.tag}" if is_weak else tag.tag
        body = {"title": self.new_name("Title ")}
        answer = self.world.send("PATCH", tag.path, tag.session, body, way, IF_MATCH=if_match)
        status = 404 if now is None else 412 if is_weak or now != tag.shown else self.without_condition(tag)
        assert answer.status == status, f"{answer.asked}: {answer.status}, not {status}; {tag.shown} then, {now} now"
        if status == 200:
            self.change(tag, body["title"])
        elif isinstance(tag.thing, Movie):
            self.look_at(tag.thing, tag.session)

    def without_condition(self, tag: Tag) -> int:
        """The status of the change where the condition is met. Nobody else finds a collection at all."""
        user = tag.session.user
        return 200 if isinstance(tag.thing, Collection) or tag.thing.owner is user or user.is_staff else 403

    def change(self, tag: Tag, title: str) -> None:
        tag.thing.title = title
        if isinstance(tag.thing, Movie):
            self.learn(tag.thing, tag.session, is_changed=True)
        else:
            tag.thing.updated_at = self.read(f"{lists.ADDRESSES['api']}{tag.thing.uuid}/", tag.session)["updated_at"]
