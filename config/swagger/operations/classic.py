"""classic (document 000): movies under names of their own."""

from dataclasses import replace

from config.swagger.operations import movies
from config.swagger.shapes import Reply, one, page

ADVENTURE, DRAMA = {"genre": "Adventure"}, {"genre": "Drama"}
MOVIE = {
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
    "genre": [ADVENTURE, DRAMA],
}
CHANGED = {**MOVIE, "title": "DDLJ 1", "genre": [ADVENTURE]}
KEEPS = (
    "By whoever added it, or staff. What is not sent stays as it is; a sent `genre` replaces the list. PUT and PATCH "
    "do the same."
)
CHANGE = replace(
    movies.UPDATE,
    summary="Change a movie",
    description=KEEPS,
    example={"title": "DDLJ 1", "genre": [{"id": 1}]},
    keeps_what_is_not_sent=True,
    replies={200: Reply(one(), CHANGED)},
    bad={"title": "This field may not be blank."},
)

OPERATIONS = {
    "classic_movie_list": replace(
        movies.LIST,
        description="The newest added first, unless `ordering` says otherwise. Filters can be combined. The array is "
        "one page; the `Link` header tells the rest.",
        replies={200: Reply(page(), [MOVIE], has_link=True)},
    ),
    "classic_movie_create": replace(
        movies.CREATE,
        description=f"Only the title is required. {movies.DIRECTOR_AND_GENRE}",
        example={"title": "DDLJ 2", "director": {"id": 1}, "genre": [{"id": 1}, {"id": 2}]},
        replies={201: Reply(one(), MOVIE, has_location=True)},
    ),
    "classic_movie_retrieve": replace(movies.RETRIEVE, replies={200: Reply(one(), MOVIE)}),
    "classic_movie_update": CHANGE,
    "classic_movie_partial_update": CHANGE,
}
