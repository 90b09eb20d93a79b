"""The floor: what the server software, the driver and the database need by themselves. No framework, no validation
beyond what keeps it honest, one statement a question, rows to JSON by hand."""

import hashlib
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

import orjson

from benchmarks.contestants.floor_database import VENDOR, Row, database
from benchmarks.contestants.floor_search import find, json_array

PAGE_SIZE = 20
JSON = [("Content-Type", "application/json")]
STATUS = {200: "200 OK", 201: "201 Created", 401: "401 Unauthorized", 403: "403 Forbidden", 404: "404 Not Found"}
Answer = tuple[int, Any]
Query = dict[str, str]


def load_genres() -> dict[int, str]:
    cursor = database().connection.cursor()
    cursor.execute("SELECT id, name FROM movies_genre")
    return dict(cursor.fetchall())


GENRE_NAMES = load_genres()
GENRES = {genre_id: {"id": genre_id, "name": name} for genre_id, name in GENRE_NAMES.items()}
GENRE_IDS = {name.lower(): genre_id for genre_id, name in GENRE_NAMES.items()}
ADDRESS_OF_MOVIE = re.compile(r"/api/v1/movies/(\d+)/(rating/|like/)?$")


# --- Rows to JSON ---


def genres_from_text(ids: str | None) -> list[dict[str, Any]]:
    return [GENRES[int(genre_id)] for genre_id in ids.split(",")] if ids else []


def genres_from_array(ids: list[int]) -> list[dict[str, Any]]:
    return [GENRES[genre_id] for genre_id in ids]


def uuid_from_hex(text: str) -> str:
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def moment(text: str) -> str:
    return f"{text[:10]}T{text[11:]}Z"


# PostgreSQL's driver gives what orjson understands; SQLite's gives text.
genres_of, uuid_of, moment_of = (
    (genres_from_text, uuid_from_hex, moment) if VENDOR == "sqlite" else (genres_from_array, str, lambda value: value)
)


def directors_of(row: Row) -> list[dict[str, Any]]:
    first = [] if row[6] is None else [{"id": row[6], "name": row[7]}]
    return [*first, *orjson.loads(row[18])] if row[18] else first


def stars(half_stars: int | None) -> int | float | None:
    if half_stars is None:
        return None
    return half_stars / 2 if half_stars % 2 else half_stars // 2


def movie(row: Row) -> dict[str, Any]:
    return {
        "id": row[0],
        "uuid": uuid_of(row[1]),
        "title": row[2],
        "description": row[3],
        "release_date": row[4],
        "duration": row[5],
        "director": None if row[6] is None else {"id": row[6], "name": row[7]},
        "directors": directors_of(row),
        "genre": genres_of(row[19]),
        "cover_image": row[8] or None,
        "average_rating": round(row[9], 2) or 0,
        "ratings_count": row[10],
        "likes_count": row[11],
        "favorites_count": row[12],
        "comments_count": row[13],
        "favorite": bool(row[20]),
        "liked": bool(row[21]),
        "my_rating": stars(row[22]),
        "user": None if row[14] is None else {"id": row[14], "username": row[15]},
        "created_at": moment_of(row[16]),
        "updated_at": moment_of(row[17]),
    }


def page_of(rows: list[Row], path: str, number: int) -> Answer:
    """The envelope; the row's 24th column is the total."""
    total = rows[0][23] if rows else 0
    more = number * PAGE_SIZE < total
    return 200, {
        "count": total,
        "next": f"{path}page={number + 1}" if more else None,
        "previous": f"{path}page={number - 1}" if number > 1 else None,
        "results": [movie(row) for row in rows],
    }


# --- Reading ---


def movies(query: Query, token_digest: str, base: str) -> Answer:
    if "cursor" in query:
        rows = database().rows("after", int(query["cursor"]))
        following = f"{base}?cursor={rows[-1][0]}" if len(rows) == PAGE_SIZE else None
        return 200, {"count": rows[0][23], "next": following, "previous": None, "results": [movie(row) for row in rows]}
    number = int(query.get("page", 1))
    first = (number - 1) * PAGE_SIZE
    if "genre" in query:
        rows = database().rows("best_rated", GENRE_IDS[query["genre"].lower()], first)
        return page_of(rows, f"{base}?genre={query['genre']}&ordering=-average_rating&", number)
    if token_digest:
        rows = database().rows("own_page", *divmod(first, 100), token_digest)
        return page_of(rows, f"{base}?", number) if is_known(rows) else (401, {"detail": "Invalid credential."})
    return page_of(database().rows("page", *divmod(first, 100)), f"{base}?", number)


def one_movie(movie_id: int, token_digest: str) -> Answer:
    if token_digest:
        rows = database().rows("own_movie", movie_id, token_digest)
        return (200, movie(rows[0])) if is_known(rows) else (401, {"detail": "Invalid credential."})
    rows = database().rows("movie", movie_id)
    return (200, movie(rows[0])) if rows else (404, {"detail": "No such movie."})


def is_known(rows: list[Row]) -> bool:
    """Whether the credential found its user, and the password is still the one it was opened with."""
    return bool(rows) and hashlib.sha256(rows[0][-2].encode()).hexdigest() == rows[0][-1]


def most_liked(query: Query, token_digest: str, base: str) -> Answer:
    return 200, [movie(row) for row in database().rows("most_liked")]


def newest(query: Query, token_digest: str, base: str) -> Answer:
    return 200, [movie(row) for row in database().rows("newest")]


def categories(query: Query, token_digest: str, base: str) -> Answer:
    found: dict[int, list[Any]] = {}
    for row in database().rows("categories"):
        found.setdefault(row[23], []).append(movie(row))
    return 200, [{"id": key, "name": GENRE_NAMES[key], "movies": top} for key, top in found.items()]


def search(query: Query, token_digest: str, base: str) -> Answer:
    array = json_array if VENDOR == "sqlite" else list
    return page_of(find(query["q"], database().rows, array), f"{base}?q={query['q']}&", 1)


# --- Writing ---


def write(movie_id: int, token_digest: str, act: Callable[[Any, Row], Answer]) -> Answer:
    """One transaction: who calls, with the counts locked; what is written; the counts."""
    db = database()
    caller = db.write(token_digest, movie_id)
    if not is_known(caller):
        db.command("ROLLBACK")
        return 401, {"detail": "Invalid credential."}
    answer = act(db, caller[0])
    db.command("COMMIT")
    return answer


def rate(movie_id: int, half_stars: int, db: Any, caller: Row) -> Answer:
    if caller[2] == caller[0]:
        return 403, {"detail": "Nobody rates a movie that they added."}
    rating_id, created_at, updated_at, is_new = db.rate(caller[0], movie_id, half_stars)
    return 201 if is_new else 200, {
        "id": rating_id,
        "movie": movie_id,
        "user": {"id": caller[0], "username": caller[1]},
        "rating": stars(half_stars),
        "created_at": moment_of(created_at),
        "updated_at": moment_of(updated_at),
    }


def like(movie_id: int, db: Any, caller: Row) -> Answer:
    is_new, count = db.like(caller[0], movie_id)
    return 201 if is_new else 200, {
        "message": "Movie liked." if is_new else "You already like this movie.",
        "likes_count": count,
    }


# --- WSGI ---

LISTS = {
    "/api/v1/movies/": movies,
    "/api/v1/movies/most-liked/": most_liked,
    "/api/v1/movies/newest/": newest,
    "/api/v1/movies/categories/": categories,
    "/api/v1/movies/search/": search,
}


def answer(environ: dict[str, Any]) -> Answer:
    path = environ["PATH_INFO"]
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    digest = hashlib.sha256(authorization[6:].encode()).hexdigest() if authorization else ""
    if path in LISTS:
        query = dict(parse_qsl(environ["QUERY_STRING"]))
        return LISTS[path](query, digest, f"http://{environ['HTTP_HOST']}{path}")
    match = ADDRESS_OF_MOVIE.match(path)
    if match is None:
        return 404, {"detail": "No such address."}
    movie_id, what = int(match[1]), match[2]
    if what == "rating/":
        half_stars = int(2 * orjson.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))["rating"])
        return write(movie_id, digest, lambda db, caller: rate(movie_id, half_stars, db, caller))
    if what == "like/":
        return write(movie_id, digest, lambda db, caller: like(movie_id, db, caller))
    return one_movie(movie_id, digest)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    status, body = answer(environ)
    content = orjson.dumps(body, option=orjson.OPT_UTC_Z)
    start_response(STATUS[status], [*JSON, ("Content-Length", str(len(content)))])
    return [content]
