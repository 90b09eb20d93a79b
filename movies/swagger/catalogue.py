"""The catalogue: movies, directors and genres."""

from dataclasses import replace
from typing import Any

from drf_yasg import openapi
from rest_framework.exceptions import ErrorDetail

from movies.models.catalogue import MAX_NAME
from movies.querysets import MOST_LIKED_LIMIT, MOST_LIKED_MAX
from rest.swagger import parameters
from rest.swagger.operations import NO_CONTENT, Body, Heading, Operation, Success, paged
from rest.swagger.shapes import array, fields, one

CATALOGUE = Heading("api · movies", "The catalogue: movies, search, rankings, directors and genres.")

RIDLEY, HORROR, SCI_FI = (
    {"id": 7, "name": "Ridley Scott"},
    {"id": 3, "name": "Horror"},
    {"id": 4, "name": "Science Fiction"},
)
MOVIE = {
    "id": 42,
    "uuid": "0c2f3a52-7d1c-4f3e-9b52-3f2f6f0f6a1e",
    "title": "Alien",
    "description": "The crew of a tug in space answers a call for help.",
    "release_date": "1979-05-25",
    "duration": 117,
    "director": RIDLEY,
    "directors": [RIDLEY],
    "genre": [HORROR, SCI_FI],
    "cover_image": None,
    "average_rating": 4.5,
    "ratings_count": 2,
    "likes_count": 1,
    "favorites_count": 1,
    "comments_count": 1,
    "favorite": False,
    "liked": False,
    "my_rating": None,
    "user": {"id": 21, "username": "hp1"},
    "created_at": "2023-07-17T20:40:38.548140Z",
    "updated_at": "2023-07-17T20:40:38.548169Z",
}
UNRATED = {"average_rating": 0, "ratings_count": 0, "likes_count": 0, "favorites_count": 0, "comments_count": 0}
NEW = {
    "title": "Alien",
    "description": "The crew of a tug in space answers a call for help.",
    "release_date": "1979-05-25",
    "director": "Ridley Scott",
    "genre": ["Horror", "Science Fiction"],
    "duration": 117,
    "favorite": False,
}

DIRECTOR_AND_GENRE = (
    '`director` is a name, an id (a number), `{"id": …}` or `{"name": …}`; `genre`, which may be sent as `genres`, is '
    'one of those or a list of them. Text is always a name, also `"1917"`, and in genres a comma stands between two. '
    "Names are compared without case and created when they are new. What the API answers can be sent back unchanged."
)
ALL_DIRECTORS = (
    "`directors` is one director or a list in their order. `director` is its first: sent alone, it changes the first "
    "and keeps the others."
)
COVER = "A `cover_image` comes by multipart/form-data; null or an empty text removes it."
MISSING_PARAMETER = ErrorDetail("This query parameter is required.", "required")


def required_text(name: str, description: str) -> openapi.Parameter:
    return openapi.Parameter(name, openapi.IN_QUERY, description, required=True, type="string", max_length=MAX_NAME)


LIST = paged([MOVIE], invalid={"released_after": "Enter a valid date."})
MOVIES = {
    "list": LIST,
    "create": Operation(
        {201: Success({**MOVIE, **UNRATED}, has_location=True)},
        Body(NEW),
        notes=f"{DIRECTOR_AND_GENRE} {ALL_DIRECTORS} {COVER} Whoever adds a movie gets one e-mail about it.",
    ),
    "retrieve": Operation({200: Success(MOVIE)}),
    "update": Operation(
        {200: Success(MOVIE)},
        Body(NEW),
        notes=f"{DIRECTOR_AND_GENRE} {ALL_DIRECTORS} {COVER} `favorite` is left alone when it is not sent.",
    ),
    "partial_update": Operation(
        {200: Success({**MOVIE, "duration": 116, "genre": [HORROR]})},
        Body(is_form=True),
        notes=DIRECTOR_AND_GENRE,
        invalid={"duration": "A valid integer is required."},
    ),
    "destroy": Operation(NO_CONTENT),
    "search": replace(
        LIST,
        query=(required_text("q", "What to look for in titles, directors and genres."),),
        without=("ordering",),
        has_cursor=False,
        invalid={"q": MISSING_PARAMETER},
    ),
    "genre": replace(
        LIST,
        query=(required_text("genre", "A genre's name (without case) or id."),),
        invalid={"genre": MISSING_PARAMETER},
        not_found="No Genre matches the given query.",
    ),
    "categories": Operation(
        {
            200: Success(
                [{**HORROR, "movies": [MOVIE]}, {**SCI_FI, "movies": [MOVIE]}],
                array(fields(id="integer", name="string", movies=array(one()))),
            )
        },
        is_paged=True,
        has_cursor=False,
    ),
    "most_liked": Operation(
        {200: Success([MOVIE], array(one()), has_link=True)},
        query=(parameters.limit(MOST_LIKED_LIMIT, MOST_LIKED_MAX),),
        invalid={"limit": "Must be a whole number from 1 to 50."},
    ),
    "newest": Operation({200: Success([MOVIE], array(one()), has_link=True)}),
}


def named(example: dict[str, Any]) -> dict[str, Operation]:
    return {"list": paged([example]), "retrieve": Operation({200: Success(example)})}


DIRECTORS, GENRES = named(RIDLEY), named(HORROR)
