"""What PocketBase is asked in each scenario: the same films, the same words, by the ways that its own API has for them.

Films are asked for in the order in which they were added (`@rowid`), the cheapest that it has. A rating goes through the
batch API, whose PUT puts a new record in the place of the old one, in one transaction. Triggers keep the counts.
"""

from collections.abc import Callable
from random import Random
from urllib.parse import quote

import orjson

from benchmarks.load import CURL, Request
from benchmarks.pocketbase.data import PocketData, record_id
from benchmarks.scenarios import ARRAY_SIZE, COMMENT, World, half_stars

MOVIES = "/api/collections/movies/records"
NEWEST_FIRST, BEST_FIRST = "sort=-@rowid", "sort=-average_rating,-@rowid"
EXPANDED = "expand=directors,genres,user"
# The rules of these collections show a caller nothing but what is their own.
EXPANDED_FOR_CALLER = f"{EXPANDED},likes_via_movie,favorites_via_movie,ratings_via_movie"
JSON = {"Content-Type": "application/json"}

PocketRequests = Callable[[World, PocketData], list[Request]]


def page(parameters: str, headers: dict[str, str] | None = None) -> list[Request]:
    return [Request(f"{MOVIES}?{parameters}", headers=headers or {})]


def listed(number: int, more: str = "") -> list[Request]:
    return page(f"page={number}&perPage=20&{NEWEST_FIRST}&{EXPANDED}{more}")


def by_genre(world: World, data: PocketData) -> list[Request]:
    # Of the ways to ask for one of several relations this was the quickest.
    filters = [quote(f"genres ?~ '{record_id(number)}'") for number in range(1, len(world.genres) + 1)]
    return [request for each in filters for request in page(f"perPage=20&{BEST_FIRST}&{EXPANDED}&filter={each}")]


def detail(movie_id: int, expanded: str, headers: dict[str, str] | None = None) -> Request:
    return Request(f"{MOVIES}/{record_id(movie_id)}?{expanded}", headers=headers or {})


def details(world: World, data: PocketData) -> list[Request]:
    return [detail(movie_id, EXPANDED) for movie_id in world.ids]


def own_details(world: World, data: PocketData) -> list[Request]:
    random = Random("readers")
    tokens = [data.token(number) for number in range(1, len(world.tokens) + 1)]
    return [detail(movie_id, EXPANDED_FOR_CALLER, {"Authorization": random.choice(tokens)}) for movie_id in world.ids]


def post(path: str, token: str, body: dict[str, object]) -> Request:
    return Request(path, "POST", {"Authorization": token, **JSON}, orjson.dumps(body).decode())


def said(collection: str, more: Callable[[int], dict[str, object]]) -> PocketRequests:
    """Creates records of the writers about films; `more` gives what the nth has beside film and user."""

    def requests(world: World, data: PocketData) -> list[Request]:
        tokens = {user_id: data.token(user_id) for user_id in world.writer_ids}
        return [
            post(
                f"/api/collections/{collection}/records",
                tokens[user_id],
                {"movie": record_id(movie_id), "user": record_id(user_id), **more(n)},
            )
            for n, (user_id, movie_id) in enumerate(world.pairs)
        ]

    return requests


def rate(world: World, data: PocketData) -> list[Request]:
    address = "/api/collections/ratings/records"
    tokens = {user_id: data.token(user_id) for user_id in world.writer_ids}
    requests = []
    for n, (user_id, movie_id) in enumerate(world.pairs):
        # One rating of a user and film: their numbers make its id.
        record = {"id": f"{user_id:07d}{movie_id:08d}", "movie": record_id(movie_id), "user": record_id(user_id)}
        body = {**record, "half_stars": half_stars(n)}
        put = {"method": "PUT", "url": address, "body": body}
        requests.append(post("/api/batch", tokens[user_id], {"requests": [put]}))
    return requests


def add_movie(world: World, data: PocketData) -> list[Request]:
    tokens = {user_id: data.token(user_id) for user_id in world.writer_ids}
    return [
        post(
            MOVIES,
            tokens[user_id],
            {
                "title": movie.title,
                "description": movie.description,
                "release_date": movie.release_date,
                "duration": movie.duration,
                "directors": [record_id(movie.director_id)],
                "genres": [record_id(genre_id) for genre_id in movie.genre_ids],
                "user": record_id(user_id),
            },
        )
        for user_id, movie in world.new_movies
    ]


# By the names of the scenarios; PocketBase has no other.
REQUESTS: dict[str, PocketRequests] = {
    "list": lambda world, data: listed(1),
    "list, without its count": lambda world, data: listed(2, "&skipTotal=true"),
    "list, page in the middle": lambda world, data: listed(world.middle),
    "page of 250": lambda world, data: page(f"perPage={ARRAY_SIZE}&{NEWEST_FIRST}&expand=directors,genres"),
    "detail": details,
    "genre by rating": by_genre,
    "detail with credential": own_details,
    "list, as curl asks": lambda world, data: [Request(listed(1)[0].path, headers=CURL)],
    "detail, as curl asks": lambda world, data: [Request(each.path, headers=CURL) for each in details(world, data)],
    "PUT rating": rate,
    "POST like": said("likes", lambda n: {}),
    "POST comment": said("comments", lambda n: {"text": COMMENT}),
    "POST a movie": add_movie,
}
