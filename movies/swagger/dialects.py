"""What the dialects show differently."""

from dataclasses import replace

from movies.swagger.catalogue import COVER, DIRECTOR_AND_GENRE, LIST, MOVIES, SCI_FI
from movies.swagger.feedback import MOVIE_FEEDBACK, RATINGS
from rest.swagger.operations import Body, Operation, Success, paged
from rest.swagger.shapes import array, fields, one

BARE_ARRAY = "The array is one page; the `Link` header tells the rest."

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
    notes="",
)
CLASSIC_MOVIES = {
    **MOVIES,
    "list": replace(LIST, responses=paged([DDLJ]).responses, notes=BARE_ARRAY),
    "create": Operation(
        {201: Success(DDLJ, has_location=True)},
        Body({"title": "DDLJ 2", "director": {"id": 1}, "genre": [{"id": 1}, {"id": 2}]}),
        description="Only the title is required.",
        notes=DIRECTOR_AND_GENRE,
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
    "list": replace(LIST, responses=paged(TRANSFORMERS).responses, notes=BARE_ARRAY),
    "create": Operation(
        {201: Success(TRANSFORMERS[1])},
        Body({"title": "Transformer", "director": "XYZ"}),
        description="Only the title is required. A director who is new is created.",
    ),
}
COMPACT_RATINGS = {
    "list": replace(RATINGS["list"], responses=paged(STARS_GIVEN).responses, notes=BARE_ARRAY),
    "create": Operation({201: Success(STARS_GIVEN[0])}, Body({"movie": 6, "rating": 2}), forbidden="You cant rate it "),
}

# --- community (document 002) ---

COMMUNITY_MOVIES = {
    **MOVIES,
    **MOVIE_FEEDBACK,
    "create": replace(MOVIES["create"], description="Only the title is required."),
    "update": replace(
        MOVIES["update"],
        description="Only the title is required; what else is not sent stays as it is. By whoever added it, or staff. "
        "Takes the same fields as adding one.",
    ),
}

# --- showcase (document 003) ---

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
SHOWCASE_BODY = Body(
    {name: INCEPTION[name] for name in ("title", "description", "release_date", "director", "genre", "favorite")}
)
SHOWCASE_TEXT = "`director` is a name, `genre` one name or several with commas between them. New names are created."
SHOWCASE_ONE = {200: Success(INCEPTION)}
SHOWCASE_MOVIES = {
    **MOVIES,
    **MOVIE_FEEDBACK,
    "list": replace(LIST, responses=paged([INCEPTION]).responses, notes=BARE_ARRAY),
    "search": replace(MOVIES["search"], responses=paged([INCEPTION]).responses, notes=BARE_ARRAY),
    "create": replace(
        MOVIES["create"],
        responses={201: Success(INCEPTION, has_location=True)},
        body=SHOWCASE_BODY,
        notes=f"{SHOWCASE_TEXT} {COVER}",
    ),
    "retrieve": Operation(SHOWCASE_ONE),
    "update": replace(MOVIES["update"], responses=SHOWCASE_ONE, body=SHOWCASE_BODY, notes=f"{SHOWCASE_TEXT} {COVER}"),
    "partial_update": replace(MOVIES["partial_update"], responses=SHOWCASE_ONE),
    "categories": replace(
        MOVIES["categories"],
        responses={
            200: Success(
                [{**SCI_FI, "movies": [INCEPTION]}],
                array(fields(id="integer", name="string", movies=array(one()))),
            )
        },
    ),
    "most_liked": replace(MOVIES["most_liked"], responses={200: Success([INCEPTION], array(one()), has_link=True)}),
    "newest": replace(MOVIES["newest"], responses={200: Success([INCEPTION], array(one()), has_link=True)}),
}
