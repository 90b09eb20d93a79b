"""Ratings, likes, favourites and comments: given through one dialect, and seen through all."""

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from config.tests.machine import shapes
from config.tests.machine.accounts import FEWEST_USERS, Accounts
from config.tests.machine.looking import dialects, numbers, step, ways
from config.tests.machine.model import Comment, Movie, Rating, Session
from config.tests.machine.world import API, expect

LIKES = st.sampled_from(["/api/v1/movies/{}/like/", "/movies/{}/like/"])
FAVOURITES = st.sampled_from(["/api/v1/movies/{}/favorite/", "/movies/{}/favorite/", "/api/movies/{}/favorite/"])
TEXTS = st.sampled_from(["Hm.", " spaces stay ", "千", "a\nb"])


class Feedback(Accounts):
    def look_at_feedback(self, movie: Movie, caller: Session | None, dialect: str) -> None:
        self.look_at(movie, caller, dialect)
        if not self.is_there(movie):
            return
        likes = self.read(f"{API}movies/{movie.id}/like/", caller)
        latest = [shapes.person(user) for user in reversed(movie.likes)]
        assert (likes["likes"], likes["likes_count"]) == (latest, len(latest)), likes
        comments = self.whole(f"{API}movies/{movie.id}/comments/", caller)
        shown = [{name: row[name] for name in ("id", "user", "movie", "text")} for row in comments]
        assert shown == [shapes.comment(row, movie) for row in reversed(movie.comments)], shown
        rated = self.read(f"{API}movies/{movie.id}/ratings/", caller)
        counts = Counter(str(row.half_stars / 2).removesuffix(".0") for row in movie.ratings.values())
        assert Counter({name: n for name, n in rated["distribution"].items() if n}) == counts, rated
        assert rated["average_rating"] == movie.average, rated

    @step(number=numbers, which=numbers, half_stars=st.integers(1, 10), way=ways, keyed=st.booleans(), other=numbers)
    def rate(self, number: int, which: int, half_stars: int, way: str, keyed: bool, other: int) -> None:
        caller, movie = self.anybody(number), self.a_movie(which)
        if movie is None:
            return
        path = f"{API}movies/{movie.id}/rating/"
        answer = self.write("PUT", path, caller, {"rating": half_stars / 2}, way=way, keyed=keyed)
        may = caller is not None and movie.owner is not caller.user
        refused = self.refusal(self.is_there(movie), caller, may)
        before = movie.ratings.get(caller.user) if caller else None
        said = expect(answer, refused or (200 if before else 201))
        if refused is None:
            assert caller
            assert before is None or before.id == said["id"]
            movie.ratings[caller.user] = before or Rating(said["id"], caller.user, movie, half_stars)
            movie.ratings[caller.user].half_stars = half_stars
            own = self.read(path, caller)
            assert {name: own[name] for name in ("id", "movie", "user", "rating")} == shapes.rating(
                movie.ratings[caller.user]
            )
        self.look_at_feedback(movie, self.anybody(other), "classic")

    @step(number=numbers, which=numbers, half_stars=st.integers(1, 10), way=ways)
    def rate_once(self, number: int, which: int, half_stars: int, way: str) -> None:
        """compact takes one rating of each movie, and no second one."""
        caller, movie = self.anybody(number), self.a_movie(which)
        if movie is None:
            return
        body = {"movie": movie.id, "rating": half_stars / 2}
        answer = self.write("POST", "/api/auth/rating", caller, body, way=way)
        if caller is None or not self.is_there(movie):
            expect(answer, 400 if caller else 401)
            return
        may = movie.owner is not caller.user and caller.user not in movie.ratings
        said = expect(answer, 201 if may else 403)
        if may:
            movie.ratings[caller.user] = Rating(said["id"], caller.user, movie, half_stars)
        self.look_at_feedback(movie, caller, "community")

    @step(number=numbers, which=numbers, way=ways)
    def take_a_rating_back(self, number: int, which: int, way: str) -> None:
        caller, movie = self.anybody(number), self.a_movie(which)
        if movie is None:
            return
        has_one = caller is not None and caller.user in movie.ratings and self.is_there(movie)
        answer = self.write("DELETE", f"{API}movies/{movie.id}/rating/", caller, way=way)
        expect(answer, 401 if caller is None else 204 if has_one else 404)
        if has_one:
            assert caller
            del movie.ratings[caller.user]
        self.look_at_feedback(movie, caller, "showcase")

    @step(number=numbers, which=numbers, path=LIKES, way=ways, keyed=st.booleans(), other=numbers, dialect=dialects)
    def like(self, number: int, which: int, path: str, way: str, keyed: bool, other: int, dialect: str) -> None:
        caller, movie = self.anybody(number), self.a_movie(which)
        if movie is None:
            return
        refused = self.refusal(self.is_there(movie), caller, may=True)
        is_new = caller is not None and caller.user not in movie.likes
        said = expect(
            self.write("POST", path.format(movie.id), caller, way=way, keyed=keyed), refused or (201 if is_new else 200)
        )
        if refused is None:
            assert caller
            movie.likes.setdefault(caller.user)
            assert said["likes_count"] == len(movie.likes), said
        self.look_at_feedback(movie, self.anybody(other), dialect)

    @step(number=numbers, which=numbers, path=LIKES, way=ways, dialect=dialects)
    def unlike(self, number: int, which: int, path: str, way: str, dialect: str) -> None:
        caller, movie = self.anybody(number), self.a_movie(which)
        if movie is None:
            return
        refused = self.refusal(self.is_there(movie), caller, may=True)
        said = expect(self.write("DELETE", path.format(movie.id), caller, way=way), refused or 200)
        if refused is None:
            assert caller
            movie.likes.pop(caller.user, None)
            assert said["likes_count"] == len(movie.likes), said
        self.look_at_feedback(movie, caller, dialect)

    @step(
        number=numbers,
        which=numbers,
        path=FAVOURITES,
        method=st.sampled_from(["POST", "PUT", "DELETE"]),
        way=ways,
        keyed=st.booleans(),
        dialect=dialects,
    )
    def mark_as_favourite(
        self, number: int, which: int, path: str, method: str, way: str, keyed: bool, dialect: str
    ) -> None:
        """POST changes it to the opposite, PUT sets it, DELETE takes it back."""
        caller, movie = self.anybody(number), self.a_movie(which)
        if movie is None:
            return
        refused = self.refusal(self.is_there(movie), caller, may=True)
        said = expect(self.write(method, path.format(movie.id), caller, way=way, keyed=keyed), refused or 200)
        if refused is None:
            assert caller
            is_set = method == "PUT" or (method == "POST" and caller.user not in movie.favorites)
            (movie.favorites.add if is_set else movie.favorites.discard)(caller.user)
            assert (said["favorite"], said["favorites_count"]) == (is_set, len(movie.favorites)), said
        self.look_at_feedback(movie, caller, dialect)

    @step(number=numbers, which=numbers, text=TEXTS, way=ways, keyed=st.booleans(), other=numbers)
    def comment(self, number: int, which: int, text: str, way: str, keyed: bool, other: int) -> None:
        caller, movie = self.anybody(number), self.a_movie(which)
        if movie is None:
            return
        refused = self.refusal(self.is_there(movie), caller, may=True)
        answer = self.write("POST", f"/movies/{movie.id}/comments/", caller, {"text": text}, way=way, keyed=keyed)
        said = expect(answer, refused or 201)
        if refused is None:
            assert caller
            movie.comments.append(Comment(said["id"], caller.user, text))
        self.look_at_feedback(movie, self.anybody(other), "community")

    @step(number=numbers, which=numbers, way=ways)
    def delete_a_comment(self, number: int, which: int, way: str) -> None:
        """By whoever wrote it, or staff."""
        if not any(movie.comments for movie in self.model.movies.values()):
            self.comment(number=which, which=which, text="Hm.", way=way, keyed=False, other=number)
        every = [(movie, row) for movie in self.model.movies.values() for row in movie.comments]
        caller, chosen = self.anybody(number), self.pick(every, which)
        if chosen is None:
            return
        movie, row = chosen
        may = caller is not None and (row.user is caller.user or caller.user.is_staff)
        refused = self.refusal(True, caller, may)
        expect(self.write("DELETE", f"/comments/{row.id}/", caller, way=way), refused or 204)
        if refused is None:
            movie.comments.remove(row)
            expect(self.write("DELETE", f"/comments/{row.id}/", caller, way=way), 404)
        self.look_at_feedback(movie, caller, "showcase")

    @precondition(lambda self: len(self.model.users) > FEWEST_USERS)
    @step(number=numbers, which=numbers, way=ways)
    def delete_an_account(self, number: int, which: int, way: str) -> None:
        """Whatever the user has said goes, and is counted off; the movies stay."""
        leaving = [session for session in self.model.sessions if not session.user.is_staff]
        session = self.pick(leaving, number)
        if session is None:
            return
        place = self.model.sessions.index(session)
        for movie in range(which, which + 2):
            self.like(
                number=place, which=movie, path=f"{API}movies/{{}}/like/", way=way, keyed=False, other=0, dialect="api"
            )
            self.rate(number=place, which=movie, half_stars=9, way=way, keyed=False, other=0)
            self.comment(number=place, which=movie, text="Bye.", way=way, keyed=False, other=0)
        user = session.user
        touched = [row for row in self.model.movies.values() if user in (row.owner, *row.likes, *row.ratings)]
        expect(self.world.send("DELETE", f"{API}users/me/", session, way=way), 204)
        self.end(*list(user.sessions))
        self.model.delete_user(user)
        self.keys.kept = [kept for kept in self.keys.kept if kept.user is not user]
        for row in touched:
            self.look_at_feedback(row, self.anybody(which), "showcase")

    @step(number=numbers)
    def look_at_the_ratings(self, number: int) -> None:
        rows = self.whole(f"{API}ratings/", self.anybody(number))
        shown = [{name: row[name] for name in ("id", "movie", "user", "rating")} for row in rows]
        assert shown == [shapes.rating(row) for row in self.model.ratings], shown
