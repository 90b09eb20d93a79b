"""Movies: adding, changing, replacing and deleting them, through each dialect, and the lists that they are in."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from config.tests.machine import shapes
from config.tests.machine.looking import Looking, dialects, numbers, step, ways
from config.tests.machine.model import Movie, key_of
from config.tests.machine.world import API, expect

TITLES = ["Alien", "Aliens", "The Thing", "Señor Ärger", "千と千尋の神隠し", "1917", "a b c"]
DIRECTORS = ["Agnès Varda", "AGNÈS VARDA", "Ridley Scott", "Jacques Tati", "Sammy Davis, Jr."]
GENRES = ["Horror", "horror", "Drama", "DRAMA", "Comedy", "Film Noir"]
MOST_MOVIES = 8
dates = st.sampled_from(["1979-05-25", "2001-01-01", "9999-12-31"])
director_lists = st.lists(st.sampled_from(DIRECTORS), max_size=3)
genre_lists = st.lists(st.sampled_from(GENRES), max_size=4)
FIELDS: dict[str, Any] = {
    "title": st.sampled_from(TITLES),
    "description": st.sampled_from(["", "In space.", " kept \n"]),
    "release_date": st.none() | dates,
    "duration": st.none() | st.integers(1, 500),
    "director": st.none() | st.sampled_from(DIRECTORS),
    "genre": genre_lists,
}
OWN = {"directors": director_lists, "favorite": st.booleans()}  # of the canonical shape
changes = st.fixed_dictionaries({}, optional=FIELDS | OWN)
whole_movies = st.fixed_dictionaries(
    {
        "title": st.sampled_from(TITLES),
        "description": st.just("In space."),
        "release_date": dates,
        "director": st.sampled_from(DIRECTORS),
        "genre": st.lists(st.sampled_from(GENRES), min_size=1, max_size=3),
    }
)
LISTS = {"api": "/api/v1/movies/", "community": "/movies/", "showcase": "/api/movies/", "classic": "/"}


def in_dialect(fields: dict[str, Any], dialect: str) -> dict[str, Any]:
    """The body that says the same there. What the dialect does not have is left out."""
    if dialect in ("api", "community"):
        return without(fields, "director") if "directors" in fields else fields
    fields = without(fields, "directors", *(("favorite",) if dialect == "classic" else ()))
    if dialect == "classic":
        renamed = {"release_date": "released_date"}
        body = {renamed.get(name, name): value for name, value in fields.items()}
        return {**body, "genre": [{"genre": name} for name in body["genre"]]} if "genre" in body else body
    if "genre" in fields:
        fields = {**fields, "genre": ", ".join(fields["genre"])}
    return without(fields, "duration")


def without(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


def said_in(fields: dict[str, Any], dialect: str) -> dict[str, Any]:
    """What of the fields the dialect has."""
    if dialect in ("api", "community"):
        return without(fields, "director") if "directors" in fields else fields
    return without(fields, "directors", "favorite" if dialect == "classic" else "duration")


class Catalogue(Looking):
    def take_over(self, movie: Movie, fields: dict[str, Any], caller: Any) -> None:
        """What a change does to the movie. A director alone takes the place of the first; the others stay."""
        for name in ("title", "description", "release_date", "duration"):
            setattr(movie, name, fields.get(name, getattr(movie, name)))
        if "directors" in fields:
            movie.directors = self.names(self.model.directors, fields["directors"])
        elif "director" in fields:
            [*given] = self.names(self.model.directors, [fields["director"]] if fields["director"] else [])
            others = [name for name in movie.directors if name not in given]
            kept = others if set(given) & set(movie.directors) else others[1:]
            movie.directors = [*given, *kept] if given else []
        if "genre" in fields:
            movie.genres = self.names(self.model.genres, fields["genre"])
        if "favorite" in fields:
            (movie.favorites.add if fields["favorite"] else movie.favorites.discard)(caller.user)

    @precondition(lambda self: len(self.model.movies) < MOST_MOVIES)
    @step(number=numbers, fields=whole_movies, dialect=dialects, way=ways, keyed=st.booleans())
    def add_a_movie(self, number: int, fields: dict[str, Any], dialect: str, way: str, keyed: bool) -> None:
        caller = self.anybody(number)
        answer = self.write("POST", LISTS[dialect], caller, in_dialect(fields, dialect), way=way, keyed=keyed)
        said = expect(answer, 201 if caller else 401)
        if caller:
            movie = Movie(said["id"], "", caller.user, fields["title"])
            self.model.movies[movie.id] = movie
            self.take_over(movie, said_in(fields, dialect), caller)
            self.learn(movie, caller, is_changed=True)
            assert answer.headers["Location"] == f"http://localhost{shapes.DETAILS[dialect][0].format(movie.id)}"

    @step(number=numbers, which=numbers, fields=changes, dialect=dialects, way=ways, keyed=st.booleans(), other=numbers)
    def change_a_movie(
        self, number: int, which: int, fields: dict[str, Any], dialect: str, way: str, keyed: bool, other: int
    ) -> None:
        caller, movie = self.anybody(number), self.a_movie(which)
        if movie is None:
            return
        may = caller is not None and (movie.owner is caller.user or caller.user.is_staff)
        path, body = shapes.DETAILS[dialect][0].format(movie.id), in_dialect(fields, dialect)
        answer = self.write("PATCH", path, caller, body, way=way, keyed=keyed)
        refused = self.refusal(self.is_there(movie), caller, may)
        if refused is None and not set_as_required(body, movie, dialect):
            refused = 400
        expect(answer, refused or 200)
        if refused is None:
            self.take_over(movie, said_in(fields, dialect), caller)
            self.learn(movie, caller, is_changed=True)
        if refused != 404:
            self.look_at(movie, self.anybody(other), dialect)

    @step(number=numbers, which=numbers, way=ways)
    def delete_a_movie(self, number: int, which: int, way: str) -> None:
        caller, movie = self.anybody(number), self.a_movie(which)
        if movie is None:
            return
        may = caller is not None and (movie.owner is caller.user or caller.user.is_staff)
        refused = self.refusal(self.is_there(movie), caller, may)
        expect(self.write("DELETE", f"{API}movies/{movie.id}/", caller, way=way), refused or 204)
        if refused is None:
            self.model.delete_movie(movie)
        self.look_at(movie, caller, "classic", "showcase", "community")

    # --- Lists ---

    @step(number=numbers, size=st.integers(1, 4))
    def look_at_the_movies(self, number: int, size: int) -> None:
        """All of them, newest first, each whole; and the oldest first in compact."""
        caller = self.anybody(number)
        viewer = caller and caller.user
        newest = sorted(self.model.movies.values(), key=lambda movie: -movie.id)
        rows = self.whole(f"{API}movies/", caller, size, twice=True)
        assert rows == [shapes.canonical(movie, viewer) for movie in newest], "the list of movies"
        oldest = self.read("/api/auth/movies", caller, twice=True)
        assert oldest == [shapes.compact(movie, viewer) for movie in reversed(newest)], "compact's list of movies"
        shown = self.read("/api/movies/", caller, twice=True)
        assert shown == [shapes.showcase(movie, viewer) for movie in newest], "showcase's list of movies"

    @step(number=numbers, genre=st.sampled_from(GENRES), size=st.integers(1, 3))
    def look_at_a_genre(self, number: int, genre: str, size: int) -> None:
        caller, row = self.anybody(number), self.model.genres.get(key_of(genre))
        if row is None:
            self.read(f"{API}movies/genre/?genre={genre.replace(' ', '%20')}", caller, 404)
            return
        ids = [movie.id for movie in self.model.by_count(lambda movie: 0) if row in movie.genres]
        for path in ("movies/genre/?genre=", "movies/?genre="):
            rows = self.whole(f"{API}{path}{genre.replace(' ', '%20')}", caller, size, twice=True)
            assert [item["id"] for item in rows] == ids, f"{path}{genre}"
        best = self.model.by_count(lambda movie: len(movie.favorites))
        for category in self.read(f"{API}movies/categories/", caller):
            in_it = [movie.id for movie in best if category["id"] in [name.id for name in movie.genres]]
            assert [item["id"] for item in category["movies"]] == in_it[:5], category["name"]

    @step(number=numbers, size=st.integers(1, 4))
    def look_at_the_orders(self, number: int, size: int) -> None:
        caller, model = self.anybody(number), self.model
        orders = {
            "-likes_count": lambda movie: len(movie.likes),
            "-favorites_count": lambda movie: len(movie.favorites),
            "-comments_count": lambda movie: len(movie.comments),
            "-ratings_count": lambda movie: len(movie.ratings),
        }
        for ordering, count in orders.items():
            rows = self.whole(f"{API}movies/?ordering={ordering}", caller, size)
            assert [row["id"] for row in rows] == [movie.id for movie in model.by_count(count)], ordering
        best = [movie.id for movie in model.by_count(lambda movie: len(movie.favorites)) if movie.favorites]
        assert [row["id"] for row in self.read(f"{API}movies/most-liked/?limit=50", caller)] == best, "most-liked"

    @step(number=numbers, title=st.sampled_from(["alien", "thing", "arger", "1917", "千尋"]))
    def search(self, number: int, title: str) -> None:
        """Finds each movie that has the word; which others, and in which order, is not the machine's subject."""
        words = {"alien": "Alien", "thing": "The Thing", "arger": "Señor Ärger", "1917": "1917", "千尋": TITLES[4]}
        path = f"{API}movies/search/?q={title}".encode().decode("latin-1")
        found = {row["id"] for row in self.whole(path, self.anybody(number), 50)}
        expected = {movie.id for movie in self.model.movies.values() if movie.title == words[title]}
        assert expected <= found, f"search for {title}: {sorted(expected - found)} are missing"
        assert found <= self.model.movies.keys()


def set_as_required(body: dict[str, Any], movie: Movie, dialect: str) -> bool:
    """Whether a change empties nothing that the dialect requires and the movie has."""
    if dialect != "showcase":
        return True
    present = {
        "description": movie.description,
        "release_date": movie.release_date,
        "director": movie.directors,
        "genre": movie.genres,
    }
    return not any(name in body and not body[name] and present[name] for name in present)
