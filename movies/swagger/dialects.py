"""What the dialects show differently."""

from dataclasses import replace
from typing import Any

from movies.swagger.catalogue import COVER, DIRECTOR_AND_GENRE, LIST, MOVIE, MOVIES, SCI_FI
from movies.swagger.feedback import MOVIE_FEEDBACK, RATINGS
from rest.swagger.operations import Body, Operation, Success, paged
from rest.swagger.shapes import array, fields, one

WHOLE_ARRAY = "The array holds everything up to 1,000 items; beyond that it is a page, and `Link` tells the rest."
FIRST_DIRECTOR = "Of several directors the first is shown; the others stay when it is changed."

# --- classic (document 000) ---

DDLJ = {
    "id": 1,
    "title": "DDLJ 2",
    "description": "",
    "average_rating": 0,
    "total_review": 0,
    "released_date": None,
    "duration": None,
    "director": {
        "id": 1,
        "name": "DDLJ Director",
        "created_on": "2023-07-17T20:40:38.548140Z",
        "updated_on": "2023-07-17T20:40:38.548169Z",
    },
    "genre": [{"genre": "Adventure"}, {"genre": "Drama"}],
}
CLASSIC_UPDATE = replace(
    MOVIES["update"],
    responses={200: Success({**DDLJ, "title": "DDLJ 1", "genre": [{"genre": "Adventure"}]})},
    body=Body({"title": "DDLJ 1", "genre": [{"id": 1}]}),
    summary="Change a movie",
    description="By whoever added it, or staff. What is not sent stays as it is; a sent `genre` replaces the list. PUT "
    "and PATCH do the same.",
    notes=FIRST_DIRECTOR,
)
CLASSIC_MOVIES = {
    **MOVIES,
    "list": replace(LIST, responses=paged([DDLJ]).responses, notes=WHOLE_ARRAY),
    "create": Operation(
        {201: Success(DDLJ, has_location=True)},
        Body({"title": "DDLJ 2", "director": {"id": 1}, "genre": [{"id": 1}, {"id": 2}]}),
        description="Only the title is required.",
        notes=f"{DIRECTOR_AND_GENRE} {FIRST_DIRECTOR}",
    ),
    "retrieve": Operation({200: Success(DDLJ)}),
    "update": CLASSIC_UPDATE,
    "partial_update": CLASSIC_UPDATE,
}

# --- compact (document 001) ---

TRANSFORMERS = [
    {"id": 36, "title": "Transformer", "director": "XYZ"},
    {"id": 37, "title": "Transformer", "director": "XYZ"},
]
STARS_GIVEN = [
    {"id": 15, "movie": 6, "rating": 2},
    {"id": 16, "movie": 6, "rating": 2},
    {"id": 17, "movie": 3, "rating": 4},
]
COMPACT_MOVIES = {
    "list": replace(
        LIST,
        responses=paged(TRANSFORMERS).responses,
        description="The one added first comes first, unless `ordering` says otherwise. Filters can be combined.",
        notes=WHOLE_ARRAY,
    ),
    "create": Operation(
        {201: Success(TRANSFORMERS[1])},
        Body({"title": "Transformer", "director": "XYZ"}),
        description="Only the title is required. A director who is new is created.",
    ),
}
COMPACT_RATINGS = {
    "list": replace(
        RATINGS["list"],
        responses=paged(STARS_GIVEN).responses,
        description="The oldest first.",
        notes=WHOLE_ARRAY,
    ),
    "create": Operation({201: Success(STARS_GIVEN[0])}, Body({"movie": 6, "rating": 2}), forbidden="You cant rate it "),
}

# --- community (document 002) and showcase (document 003) ---


def shown_as(movie: dict[str, Any]) -> dict[str, Operation]:
    """What can be done with movies, where one looks like this."""
    page, one_movie = paged([movie]).responses, {200: Success(movie)}
    ranking = {200: Success([movie], array(one()), has_link=True)}
    categories = [{**SCI_FI, "movies": [movie]}]
    shape = array(fields(id="integer", name="string", movies=array(one())))
    responses = {
        **dict.fromkeys(("list", "search", "genre"), page),
        **dict.fromkeys(("retrieve", "update", "partial_update"), one_movie),
        **dict.fromkeys(("most_liked", "newest"), ranking),
        "create": {201: Success(movie, has_location=True)},
        "categories": {200: Success(categories, shape)},
    }
    return {
        **MOVIES,
        **MOVIE_FEEDBACK,
        **{name: replace(MOVIES[name], responses=shown) for name, shown in responses.items()},
    }


COMMUNITY = shown_as({**MOVIE, "like_count": MOVIE["likes_count"]})
COMMUNITY_MOVIES = {
    **COMMUNITY,
    **{name: replace(COMMUNITY[name], notes=WHOLE_ARRAY) for name in ("search", "genre", "comments")},
}

INCEPTION = {
    "id": 1,
    "title": "Inception",
    "description": "A thief who steals secrets through dreams is to plant one.",
    "release_date": "2010-07-16",
    "director": "Christopher Nolan",
    "genre": "Action, Science Fiction",
    "cover_image": None,
    "favorite": False,
    "user": 21,
    "average_rating": 0,
    "likes_count": 0,
    "favorites_count": 0,
}
SHOWCASE = shown_as(INCEPTION)
SHOWCASE_BODY = Body(
    {name: INCEPTION[name] for name in ("title", "description", "release_date", "director", "genre", "favorite")}
)
SHOWCASE_TEXT = (
    "`director` is a name, `genre` one name or several with commas between them. New names are created. What the API "
    f"answers can be sent back unchanged. {FIRST_DIRECTOR}"
)
REQUIRED = "Title, description, date, director and genre are required."
SHOWCASE_MOVIES = {
    **SHOWCASE,
    "list": replace(SHOWCASE["list"], notes=WHOLE_ARRAY),
    "search": replace(SHOWCASE["search"], notes=WHOLE_ARRAY),
    "create": replace(SHOWCASE["create"], body=SHOWCASE_BODY, description=REQUIRED, notes=f"{SHOWCASE_TEXT} {COVER}"),
    "update": replace(
        SHOWCASE["update"],
        body=SHOWCASE_BODY,
        description=f"By whoever added it, or staff. {REQUIRED} Each may be empty only where the movie has none.",
        notes=f"{SHOWCASE_TEXT} {COVER}",
    ),
    "partial_update": replace(
        SHOWCASE["partial_update"],
        description="By whoever added it, or staff. What is not sent stays as it is. Shown as a form, so that a "
        "picture can be chosen; JSON does just as well.",
        notes=SHOWCASE_TEXT,
    ),
}
