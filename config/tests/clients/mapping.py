"""Pages of documents 000, 001, 002 and 003 that do `data.map(…)` with every list that their document describes.

In a catalogue of more movies than fit on a page each list is there as a whole: these pages know no `next`.
"""

import sys
from collections.abc import Callable
from typing import Any

from axios import Axios


def mapped(data: Any, show: Callable[[Any], str]) -> list[str]:
    """`data.map(show)`. Raises TypeError where JavaScript does."""
    if not isinstance(data, list):
        raise TypeError(f"data.map is not a function: {str(data)[:200]}")
    return [show(item) for item in data]


def classic(api: Axios) -> list[str]:
    def row(movie: dict[str, Any]) -> str:
        genres = mapped(movie["genre"], lambda genre: genre["genre"].upper())
        return f"{movie['title']} by {movie['director']['name']}: {genres}, {movie['total_review']} reviews"

    return mapped(api.get("/"), row)


def compact(api: Axios) -> list[str]:
    mapped(api.get("/api/auth/rating"), lambda rating: f"{rating['movie']}: {'*' * rating['rating']}")
    return mapped(api.get("/api/auth/movies"), lambda movie: f"{movie['title']} by {movie['director']}")


def community(api: Axios) -> list[str]:
    page = api.get("/movies/")
    mapped(page["results"], lambda movie: f"{movie['title']}: {movie['like_count'] + 1}")
    first = page["results"][0]["id"]
    mapped(api.get(f"/movies/{first}/comments/"), lambda comment: comment["user"] + comment["text"])
    mapped(api.get("/movies/genre/?genre=drama"), lambda movie: movie["title"])
    return mapped(api.get("/movies/search/?q=movie"), lambda movie: movie["title"])


def showcase(api: Axios) -> list[str]:
    def card(movie: dict[str, Any]) -> str:
        tags = " ".join(f"#{genre}" for genre in movie["genre"].split(", "))
        return f"{movie['title']} ({movie['release_date'][:4]}) by {movie['director'].upper()} {tags}"

    def shelf(category: dict[str, Any]) -> str:
        return category["name"] + str(mapped(category["movies"], card))

    mapped(api.get("/api/movies/categories/"), shelf)
    mapped(api.get("/api/users/"), lambda user: user["username"].title())
    for address in ("most-liked/", "newest/", "search/?q=movie"):
        assert mapped(api.get(f"/api/movies/{address}"), card), address
    return mapped(api.get("/api/movies/"), card)


def main(base_url: str, movies: int) -> None:
    for page in (classic, compact, community, showcase):
        shown = page(Axios(base_url))
        assert len(shown) == movies, f"{page.__name__} shows {len(shown)} of {movies} movies"


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
