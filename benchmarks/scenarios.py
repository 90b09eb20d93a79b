"""What is measured: each scenario's requests, who takes part, and what it is compared with."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from random import Random
from urllib.parse import quote

from benchmarks.dataset.community import READERS, WRITERS, token
from benchmarks.kept import Data
from benchmarks.load import CURL, Request, ask
from benchmarks.processes import Server

WSGI_FLOOR = "wsgi floor"  # the floor on the fastest server that serves WSGI
POCKETBASE = "pocketbase"  # takes part on SQLite, in the scenarios of benchmarks/pocketbase/requests.py
EVERYBODY = ("marquee", "floor", WSGI_FLOOR, "fastapi", "textbook")
BASELINE = "baseline"  # another checkout of Marquee, which takes part wherever Marquee does: BASELINE=folder
SILENT, OBSERVED = "silent", "observed"  # Marquee without access lines and metrics, and with both: the list alone
MARQUEES = ("marquee", BASELINE, SILENT, OBSERVED)
POOL, WRITE_POOL = 20_000, 100_000  # different requests of a scenario
TAGGED = 200  # movies whose ETags are asked for beforehand
PAGE_SIZE, LARGEST_PAGE = 20, 100
ARRAY_SIZE = 250  # rows of a large page, which the dialects with arrays have
COMMENT = "A film that one does not forget so soon, and that one would like to see again."
NEW_MOVIES = 2_000  # different ones that are added


@dataclass(frozen=True)
class NewMovie:
    """What a writer adds: a film as there is one, so that none of its words is new to search."""

    title: str
    description: str
    release_date: str
    duration: int  # minutes
    director_id: int
    director: str
    genre_ids: list[int]
    genres: list[str]


def half_stars(n: int) -> int:
    """What the nth rating says, 1 to 10."""
    return 1 + n % 10


class World:
    """What the scenarios draw from: the same on every run over the same data set."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self.movies = data.movies
        self.middle = max(2, data.movies // (2 * PAGE_SIZE))  # the page in the middle of the list
        self.genres = [name for (name,) in data.rows("SELECT name FROM movies_genre ORDER BY id")]
        self.tokens = [token(user_id) for user_id in range(1, min(READERS, data.last_reader) + 1)]
        self.writer_ids = range(data.last_reader + 1, data.last_reader + WRITERS + 1)
        self.writers = {user_id: token(user_id) for user_id in self.writer_ids}

    @cached_property
    def ids(self) -> list[int]:
        random = Random("ids")
        return [random.randint(1, self.movies) for _ in range(POOL)]

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """Ids of writers and of movies, no pair twice."""
        random = Random("pairs")
        drawn = ((random.choice(self.writer_ids), random.randint(1, self.movies)) for _ in range(WRITE_POOL))
        return list(dict.fromkeys(drawn))

    @cached_property
    def new_movies(self) -> list[tuple[int, NewMovie]]:
        """Ids of writers, and what each of them adds."""
        names = dict(enumerate(self.genres, start=1))
        genres: dict[int, list[int]] = {}
        for movie_id, genre_id in self.data.rows(
            f"SELECT movie_id, genre_id FROM movies_moviegenre WHERE movie_id <= {NEW_MOVIES} ORDER BY id"
        ):
            genres.setdefault(movie_id, []).append(genre_id)
        rows = self.data.rows(
            "SELECT m.id, title, description, release_date, duration, d.id, d.name FROM movies_movie AS m "
            f"JOIN movies_director AS d ON d.id = m.director_id WHERE m.id <= {NEW_MOVIES} "
            "AND release_date IS NOT NULL AND duration IS NOT NULL ORDER BY m.id"
        )
        random = Random("new movies")
        return [
            (
                random.choice(self.writer_ids),
                NewMovie(
                    title, text, str(day), minutes, director_id, director, genres[n], [names[g] for g in genres[n]]
                ),
            )
            for n, title, text, day, minutes, director_id, director in rows
        ]


def credential(token: str) -> dict[str, str]:
    return {"Authorization": f"Token {token}"}


Requests = Callable[[World, Server], list[Request] | None]  # None: this contestant has no such thing


@dataclass(frozen=True)
class Scenario:
    name: str
    requests: Requests
    contestants: tuple[str, ...] = EVERYBODY
    own: str = ""  # the scenario of the same contestant that this one is compared with
    writes: bool = False
    is_own: bool = False  # whether the answers have what is the caller's own
    is_compared: Callable[[str], bool] = lambda contestant: True  # whose answers have to be the same


def get(path: str) -> Requests:
    return lambda world, server: [Request(path)]


def deep_page(world: World, server: Server) -> list[Request]:
    return [Request(f"/api/v1/movies/?page={world.middle}")]


def deep_cursor(world: World, server: Server) -> list[Request] | None:
    """The same place by cursor. Marquee's cursors are opaque: one is found behind the page before, or by walking."""
    if server.name not in MARQUEES:
        return [Request(f"/api/v1/movies/?cursor={world.movies - (world.middle - 1) * PAGE_SIZE + 1}")]
    before = next_of(server, f"/api/v1/movies/?page={world.middle - 1}")
    if "cursor=" in before:
        return [Request(before)]
    size = min(LARGEST_PAGE, PAGE_SIZE * (world.middle - 1))
    pages, rest = divmod(PAGE_SIZE * (world.middle - 1), size)
    address = next_of(server, f"/api/v1/movies/?page_size={size}")
    if "cursor=" not in address:
        return None
    for _ in range(pages - 1):
        address = next_of(server, address)
    address = address.replace(f"page_size={size}", f"page_size={PAGE_SIZE}")
    for _ in range(rest // PAGE_SIZE):
        address = next_of(server, address)
    return [Request(address)]


def next_of(server: Server, path: str) -> str:
    """The path of the page after `path`."""
    following = json.loads(ask(server, Request(path)).body)["next"] or ""
    return following.removeprefix(server.address)


def details(world: World, server: Server) -> list[Request]:
    return [Request(f"/api/v1/movies/{movie_id}/") for movie_id in world.ids]


def by_genre(world: World, server: Server) -> list[Request]:
    # DRF's OrderingFilter leaves the order of equal ones open unless it is told.
    tie = ",-id" if server.name == "textbook" else ""
    return [Request(f"/api/v1/movies/?genre={quote(name)}&ordering=-average_rating{tie}") for name in world.genres]


def search(kind: str) -> Requests:
    def requests(world: World, server: Server) -> list[Request]:
        return [Request(f"/api/v1/movies/search/?q={quote(text)}") for text in world.data.questions(kind)]

    return requests


def own_list(world: World, server: Server) -> list[Request]:
    return [Request("/api/v1/movies/", headers=credential(token)) for token in world.tokens]


def own_details(world: World, server: Server) -> list[Request]:
    random = Random("readers")
    return [
        Request(f"/api/v1/movies/{movie_id}/", headers=credential(random.choice(world.tokens)))
        for movie_id in world.ids
    ]


def sent(method: str, path: str, token: str, body: object) -> Request:
    return Request(path, method, {**credential(token), "Content-Type": "application/json"}, json.dumps(body))


def rate(world: World, server: Server) -> list[Request]:
    return [
        sent("PUT", f"/api/v1/movies/{movie_id}/rating/", world.writers[user_id], {"rating": half_stars(n) / 2})
        for n, (user_id, movie_id) in enumerate(world.pairs)
    ]


def like(world: World, server: Server) -> list[Request]:
    return [
        sent("POST", f"/api/v1/movies/{movie_id}/like/", world.writers[user_id], {})
        for user_id, movie_id in world.pairs
    ]


def bodiless_like(world: World, server: Server) -> list[Request]:
    """As `curl -X POST` sends it: no body, no type, no length."""
    return [
        Request(f"/api/v1/movies/{movie_id}/like/", "POST", credential(world.writers[user_id]))
        for user_id, movie_id in world.pairs
    ]


def comment(world: World, server: Server) -> list[Request]:
    return [
        sent("POST", f"/api/v1/movies/{movie_id}/comments/", world.writers[user_id], {"text": COMMENT})
        for user_id, movie_id in world.pairs
    ]


def add_movie(world: World, server: Server) -> list[Request]:
    """By name, as a client knows directors and genres."""
    return [
        sent(
            "POST",
            "/api/v1/movies/",
            world.writers[user_id],
            {
                "title": movie.title,
                "description": movie.description,
                "release_date": movie.release_date,
                "duration": movie.duration,
                "directors": [movie.director],
                "genre": movie.genres,
            },
        )
        for user_id, movie in world.new_movies
    ]


def curl_details(world: World, server: Server) -> list[Request]:
    return [Request(request.path, headers=CURL) for request in details(world, server)]


def second_page(world: World, server: Server) -> list[Request]:
    """The page after the first, by cursor."""
    if server.name in MARQUEES:
        return [Request(next_of(server, "/api/v1/movies/"))]
    return [Request(f"/api/v1/movies/?cursor={world.movies - PAGE_SIZE + 1}")]


def revalidated(paths: Callable[[World], list[str]]) -> Requests:
    def requests(world: World, server: Server) -> list[Request] | None:
        tagged = []
        for path in paths(world):
            tag = ask(server, Request(path)).headers["ETag"]
            if not tag:
                return None
            tagged.append(Request(path, headers={"If-None-Match": tag}))
        return tagged

    return requests


def not_textbook(contestant: str) -> bool:
    """SearchFilter finds parts of words anywhere and does not rank: other answers by nature."""
    return contestant != "textbook"


ONLY_MARQUEE = ("marquee",)
NOT_TEXTBOOK = ("marquee", "floor", WSGI_FLOOR, "fastapi")
SCENARIOS = [
    Scenario("list", get("/api/v1/movies/"), (*EVERYBODY, SILENT, OBSERVED)),
    Scenario("list, without its count", second_page, NOT_TEXTBOOK),
    Scenario("list, page in the middle", deep_page),
    Scenario("list, the same by cursor", deep_cursor, NOT_TEXTBOOK),
    # Marquee's arrays are as long as is asked for, up to a thousand; its pages in an envelope end at a hundred.
    Scenario("page of 250", get(f"/api/movies/?page_size={ARRAY_SIZE}"), ONLY_MARQUEE, own="list"),
    Scenario("detail", details),
    Scenario("genre by rating", by_genre),
    Scenario("most liked", get("/api/v1/movies/most-liked/")),
    Scenario("newest", get("/api/v1/movies/newest/")),
    Scenario("categories", get("/api/v1/movies/categories/")),
    Scenario("search, rare word", search("rare"), is_compared=not_textbook),
    Scenario("search, common word", search("common"), is_compared=not_textbook),
    Scenario("search, prefix", search("prefix"), is_compared=not_textbook),
    Scenario("search, two words", search("two"), is_compared=not_textbook),
    Scenario("search, typing error", search("typo"), NOT_TEXTBOOK),
    Scenario("list with credential", own_list, is_own=True),
    Scenario("detail with credential", own_details, is_own=True),
    Scenario("list, 304", revalidated(lambda world: ["/api/v1/movies/"]), ONLY_MARQUEE, own="list"),
    Scenario(
        "detail, 304",
        revalidated(lambda world: [f"/api/v1/movies/{movie_id}/" for movie_id in world.ids[:TAGGED]]),
        ONLY_MARQUEE,
        own="detail",
    ),
    Scenario("list, as curl asks", lambda world, server: [Request("/api/v1/movies/", headers=CURL)], own="list"),
    Scenario("detail, as curl asks", curl_details, own="detail"),
    Scenario("dialect classic, /?page_size=20", get("/?page_size=20"), ONLY_MARQUEE, own="list"),
    Scenario("dialect community, /movies/", get("/movies/"), ONLY_MARQUEE, own="list"),
    Scenario(
        "dialect compact, /api/auth/movies?page_size=20", get("/api/auth/movies?page_size=20"), ONLY_MARQUEE, own="list"
    ),
    Scenario("dialect showcase, /api/movies/?page_size=20", get("/api/movies/?page_size=20"), ONLY_MARQUEE, own="list"),
    Scenario("whole array, classic, /", get("/"), ONLY_MARQUEE, own="list"),
    Scenario("whole array, compact, /api/auth/movies", get("/api/auth/movies"), ONLY_MARQUEE, own="list"),
    Scenario("whole array, showcase, /api/movies/", get("/api/movies/"), ONLY_MARQUEE, own="list"),
    Scenario("PUT rating", rate, writes=True),
    Scenario("POST like", like, writes=True),
    Scenario("POST like without a body", bodiless_like, ONLY_MARQUEE, own="POST like", writes=True),
    Scenario("POST comment", comment, ONLY_MARQUEE, writes=True),
    Scenario("POST a movie", add_movie, ONLY_MARQUEE, writes=True),
]
