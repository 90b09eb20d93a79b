"""The catalogue: movies, directors and genres."""

from dataclasses import replace
from typing import Any

from config.swagger import parameters
from config.swagger.shapes import Described, Reply, array, fields, one, page
from movies.querysets import MOST_LIKED_LIMIT, MOST_LIKED_MAX, NEWEST_LIMIT

NO_MOVIE = "No Movie matches the given query."
NOT_YOURS = "Only the one who added this, or staff, may change it."
NO_DAY = {"released_after": "Enter a valid date."}
EMPTY_PAGE: dict[str, Any] = {"count": 1, "next": None, "previous": None}

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
CHANGE = {"duration": 116, "genre": [{"id": 3}]}

DIRECTOR_AND_GENRE = (
    '`director` is a name, an id, `{"id": …}` or `{"name": …}`; `genre` is one of those or a list of them. Names are '
    "compared without case and created when they are new. What the API answers can be sent back unchanged."
)
COVER = "A `cover_image` comes by multipart/form-data; null or an empty text removes it."
LIST = Described(
    summary="List the movies",
    description="The newest added first, unless `ordering` says otherwise. Filters can be combined.",
    is_filtered=True,
    is_paged=True,
    has_cursor=True,
    bad=NO_DAY,
    replies={200: Reply(page(), {**EMPTY_PAGE, "results": [MOVIE]}, has_link=True)},
)
CREATE = Described(
    summary="Add a movie",
    description=f"{DIRECTOR_AND_GENRE} {COVER} Whoever adds a movie gets one e-mail about it.",
    takes="view",
    example=NEW,
    replies={201: Reply(one(), {**MOVIE, **UNRATED}, has_location=True)},
)
UPDATE = Described(
    summary="Replace a movie",
    description="By whoever added it, or staff. Takes the same fields as adding one. "
    f"{DIRECTOR_AND_GENRE} {COVER} `favorite` is left alone when it is not sent.",
    takes="view",
    example=NEW,
    replies={200: Reply(one(), MOVIE)},
    forbidden=NOT_YOURS,
    missing=NO_MOVIE,
)
PARTIAL_UPDATE = Described(
    summary="Change parts of a movie",
    description="By whoever added it, or staff. What is not sent stays as it is; a sent `genre` replaces the list.\n\n"
    "Shown as a form, so that a picture can be chosen. JSON does just as well:\n\n"
    '```json\n{"duration": 116, "director": {"name": "Ridley Scott"}, "genre": [{"id": 3}], "cover_image": null}\n'
    "```\n\n"
    f"{DIRECTOR_AND_GENRE}",
    takes="view",
    is_form=True,
    replies={200: Reply(one(), {**MOVIE, "duration": 116, "genre": [HORROR]})},
    bad={"duration": "A valid integer is required."},
    forbidden=NOT_YOURS,
    missing=NO_MOVIE,
)
RETRIEVE = Described(summary="A movie", replies={200: Reply(one(), MOVIE)}, missing=NO_MOVIE)
DESTROY = Described(
    summary="Delete a movie",
    description="By whoever added it, or staff; its comments, likes and ratings go with it.",
    replies={204: Reply()},
    forbidden=NOT_YOURS,
    missing=NO_MOVIE,
)


def named(plural: str, singular: str, example: dict[str, Any]) -> dict[str, Described]:
    return {
        f"{singular}_list": Described(
            summary=f"List the {plural}",
            description="By name.",
            is_filtered=True,
            is_paged=True,
            replies={200: Reply(page(), {**EMPTY_PAGE, "results": [example]}, has_link=True)},
        ),
        f"{singular}_retrieve": Described(
            summary=f"A {singular}",
            replies={200: Reply(one(), example)},
            missing=f"No {singular.title()} matches the given query.",
        ),
    }


OPERATIONS = {
    "movie_list": LIST,
    "movie_create": CREATE,
    "movie_retrieve": RETRIEVE,
    "movie_update": UPDATE,
    "movie_partial_update": PARTIAL_UPDATE,
    "movie_destroy": DESTROY,
    "movie_search": replace(
        LIST,
        summary="Search the movies",
        description="By title, director or genre, the best match first. Case, accents and typing errors are forgiven. "
        "The filters of the list narrow the result down. A search finds the 1,000 best at most; where all its words "
        "are common, only the best-ranked movies of the rarest one are looked at.",
        query=(parameters.SEARCH,),
        has_cursor=False,
        bad={"q": "This query parameter is required."},
    ),
    "movie_genre": replace(
        LIST,
        summary="The movies of a genre",
        query=(parameters.GENRE,),
        bad={"genre": "This query parameter is required."},
        missing="No Genre matches the given query.",
    ),
    "movie_categories": Described(
        summary="The genres with their best movies",
        description="The genres that have movies, by name, each with at most five of them, the most favoured first.",
        is_paged=True,
        replies={
            200: Reply(
                array(fields(id="integer", name="string", movies=array(one()))),
                [{**HORROR, "movies": [MOVIE]}, {**SCI_FI, "movies": [MOVIE]}],
                has_link=True,
            )
        },
    ),
    "movie_most_liked": Described(
        summary="The most liked movies",
        description="Those that most users marked as favourite, most favourites first; none without any.",
        query=(parameters.limit(MOST_LIKED_LIMIT, MOST_LIKED_MAX),),
        bad={"limit": "Must be a whole number from 1 to 50."},
        replies={200: Reply(array(one()), [MOVIE], has_link=True)},
    ),
    "movie_newest": Described(
        summary="The newest movies",
        description=f"The {NEWEST_LIMIT} movies with the latest release date.",
        replies={200: Reply(array(one()), [MOVIE], has_link=True)},
    ),
    **named("directors", "director", RIDLEY),
    **named("genres", "genre", HORROR),
    # --- community: only the title is required ---
    "community_movie_create": replace(CREATE, description=f"Only the title is required. {CREATE.description}"),
    "community_movie_update": replace(
        UPDATE, description=f"Only the title is required; what else is not sent stays as it is. {UPDATE.description}"
    ),
    # --- compact ---
    "compact_movie_list": replace(
        LIST,
        description="In the order in which they were added, unless `ordering` says otherwise. Filters can be combined. "
        "The array is one page; the `Link` header tells the rest.",
        replies={
            200: Reply(
                page(),
                [
                    {"id": 36, "title": "Transformer", "director": "XYZ"},
                    {"id": 37, "title": "Transformer", "director": "XYZ"},
                ],
                has_link=True,
            )
        },
    ),
    "compact_movie_create": replace(
        CREATE,
        description="Only the title is required. A director who is new is created.",
        example={"title": "Transformer", "director": "XYZ"},
        replies={201: Reply(one(), {"id": 37, "title": "Transformer", "director": "XYZ"})},
    ),
}
