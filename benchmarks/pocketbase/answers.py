"""Whether PocketBase shows the same films and leaves the same counts, though it names and nests them otherwise."""

from collections.abc import Callable
from operator import itemgetter
from typing import Any

# What both show of a film, and how it is read from Marquee's shape and from PocketBase's record.
COUNTED = ("ratings_count", "likes_count", "favorites_count", "comments_count")
Reader = Callable[[dict[str, Any]], Any]


def names(value: Any) -> list[str]:
    """The names in a list of objects, in one object, or in a text where they are separated by commas."""
    if isinstance(value, str):
        return value.split(", ")
    return [each["name"] for each in (value if isinstance(value, list) else [value])]


MARQUEE: dict[str, Reader] = {
    **{name: itemgetter(name) for name in ("id", "title", "description", "average_rating", *COUNTED)},
    "release_date": lambda movie: movie["release_date"] or "",
    "duration": lambda movie: movie["duration"] or 0,
    "director": lambda movie: names(movie["director"])[0],
    "genre": lambda movie: names(movie["genre"]),
    "created_at": lambda movie: movie["created_at"][:19],
    "user": lambda movie: movie["user"] and movie["user"]["username"],
}
POCKETBASE: dict[str, Reader] = {
    **MARQUEE,
    "id": lambda record: int(record["id"]),
    "director": lambda record: names(record["expand"]["directors"])[0],
    "genre": lambda record: names(record["expand"]["genres"]),
    "created_at": lambda record: record["created"].replace(" ", "T")[:19],
    "user": lambda record: record["expand"]["user"]["username"] if record["user"] else None,
}
# What is the caller's own. PocketBase shows the records themselves, and leaves out what there is none of.
OWN: dict[str, tuple[Reader, Reader]] = {
    "favorite": (lambda movie: movie["favorite"], lambda record: "favorites_via_movie" in record["expand"]),
    "liked": (lambda movie: movie["liked"], lambda record: "likes_via_movie" in record["expand"]),
    "my_rating": (
        lambda movie: movie["my_rating"],
        lambda record: next((each["half_stars"] / 2 for each in record["expand"].get("ratings_via_movie", [])), None),
    ),
}


def movies_of(body: Any, envelope: str) -> list[Any]:
    if isinstance(body, list):
        return body
    return list(body[envelope]) if envelope in body else [body]


def shared(movie: dict[str, Any], record: dict[str, Any], *, is_own: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """What both say about a film, in one shape. The smaller dialects of Marquee leave some of it out."""
    is_whole = isinstance(movie.get("user"), dict) or "uuid" in movie
    keys = [key for key in MARQUEE if key in movie and (is_whole or key != "user")]
    mine, its = ({key: readers[key](row) for key in keys} for readers, row in ((MARQUEE, movie), (POCKETBASE, record)))
    if is_own:
        mine |= {key: read(movie) for key, (read, _) in OWN.items()}
        its |= {key: read(record) for key, (_, read) in OWN.items()}
    return mine, its


def alike(ours: list[Any], theirs: list[Any], *, is_own: bool) -> tuple[list[Any], list[Any]]:
    """Bodies of Marquee (or of the floor) and of PocketBase in one shape, to be compared."""
    mine, its = [], []
    for one, other in zip(ours, theirs, strict=True):
        movies, records = movies_of(one, "results"), movies_of(other, "items")
        if isinstance(one, dict) and "count" in one and other.get("totalItems", -1) >= 0:
            mine.append(one["count"])
            its.append(other["totalItems"])
        if len(movies) != len(records):
            return [len(movies)], [len(records)]
        pairs = [shared(movie, record, is_own=is_own) for movie, record in zip(movies, records, strict=True)]
        mine.append([pair[0] for pair in pairs])
        its.append([pair[1] for pair in pairs])
    return mine, its
