"""What people say about movies: favourites, likes, comments and ratings."""

from config.swagger.operations.movies import EMPTY_PAGE, NO_MOVIE, NOT_YOURS
from config.swagger.shapes import Described, Reply, Shape, array, fields, one, page
from movies.fields import stars
from movies.models.feedback import MAX_HALF_STARS, MIN_HALF_STARS
from movies.serializers import CommentSerializer, LikeSerializer, OwnRatingSerializer

SCALE = [str(stars(half_stars)) for half_stars in range(MIN_HALF_STARS, MAX_HALF_STARS + 1)]
HP1 = {"id": 21, "username": "hp1"}
TIMES = {"created_at": "2023-07-17T20:40:38.548140Z", "updated_at": "2023-07-17T20:40:38.548169Z"}
COMMENT = {
    "id": 5,
    "user": "hp1",
    "movie": 42,
    "text": "Watch it with the lights off.",
    "created_at": "2023-07-17T20:40:38.548140Z",
}
RATING = {"id": 15, "movie": 42, "user": HP1, "rating": 4.5, **TIMES}
OFF_SCALE = {"rating": "Must be a number from 0.5 to 5 in steps of 0.5."}
CANNOT_RATE = "Nobody rates a movie that they added, nor adds a second rating."
NO_RATING = "No Rating matches the given query."


def favorite(summary: str, description: str, *, is_set: bool) -> Described:
    message = "Movie added to favorites." if is_set else "Movie removed from favorites."
    return Described(
        summary=summary,
        description=description,
        replies={
            200: Reply(
                fields(message="string", favorite="boolean", favorites_count="integer"),
                {"message": message, "favorite": is_set, "favorites_count": int(is_set)},
            )
        },
        missing=NO_MOVIE,
    )


LIKED = fields(message="string", likes_count="integer")


def ratings() -> Shape:
    """The envelope of a page, and the distribution."""
    return fields(
        count="integer",
        next="uri?",
        previous="uri?",
        results=array(one(OwnRatingSerializer)),
        average_rating="number",
        distribution=fields(**dict.fromkeys(SCALE, "integer")),
    )


OPERATIONS = {
    "movie_favorite": favorite(
        "Toggle your favourite", "Marks the movie as your favourite, or takes that back if it is one.", is_set=True
    ),
    "movie_add_favorite": favorite(
        "Mark as your favourite", "However often you say so, it is marked once.", is_set=True
    ),
    "movie_remove_favorite": favorite(
        "Take your favourite back", "Says the same where it was not your favourite.", is_set=False
    ),
    "movie_like": Described(
        summary="Who likes the movie",
        description="How many, and who, the latest first.",
        is_paged=True,
        replies={
            200: Reply(
                fields(
                    movie="string",
                    likes_count="integer",
                    likes=array(one(LikeSerializer)),
                    next="uri?",
                    previous="uri?",
                ),
                {"movie": "Alien", "likes_count": 1, "likes": [HP1], "next": None, "previous": None},
                has_link=True,
            )
        },
        missing=NO_MOVIE,
    ),
    "movie_add_like": Described(
        summary="Like the movie",
        description="Nobody's like counts twice.",
        replies={
            201: Reply(LIKED, {"message": "Movie liked.", "likes_count": 1}, "Liked for the first time"),
            200: Reply(LIKED, {"message": "You already like this movie.", "likes_count": 1}, "Liked already"),
        },
        missing=NO_MOVIE,
    ),
    "movie_remove_like": Described(
        summary="Take your like back",
        replies={200: Reply(LIKED, {"message": "Like removed.", "likes_count": 0})},
        missing=NO_MOVIE,
    ),
    "movie_comments": Described(
        summary="The comments on the movie",
        description="The newest first.",
        is_paged=True,
        replies={200: Reply(page(CommentSerializer), {**EMPTY_PAGE, "results": [COMMENT]}, has_link=True)},
        missing=NO_MOVIE,
    ),
    "movie_add_comment": Described(
        summary="Comment on the movie",
        takes=CommentSerializer,
        example={"text": "Watch it with the lights off."},
        replies={201: Reply(one(CommentSerializer), COMMENT)},
        bad={"text": "This field may not be blank."},
        missing=NO_MOVIE,
    ),
    "comment_destroy": Described(
        summary="Delete a comment",
        description="By whoever wrote it, or staff.",
        replies={204: Reply()},
        forbidden=NOT_YOURS,
        missing="No Comment matches the given query.",
    ),
    "movie_rating": Described(
        summary="Your rating of the movie",
        description="404 when you have not rated it.",
        replies={200: Reply(one(OwnRatingSerializer), RATING)},
        missing=NO_RATING,
    ),
    "movie_rate": Described(
        summary="Rate the movie",
        description="Or replace your rating of it. Nobody rates a movie that they added.",
        takes=OwnRatingSerializer,
        example={"rating": 4.5},
        replies={
            201: Reply(one(OwnRatingSerializer), RATING, "A new rating"),
            200: Reply(one(OwnRatingSerializer), RATING, "A replaced rating"),
        },
        bad=OFF_SCALE,
        forbidden=CANNOT_RATE,
        missing=NO_MOVIE,
    ),
    "movie_unrate": Described(summary="Take your rating back", replies={204: Reply()}, missing=NO_RATING),
    "movie_ratings": Described(
        summary="The ratings of the movie",
        description="The newest first; `distribution` says how many there are of each.",
        is_paged=True,
        replies={
            200: Reply(
                ratings(),
                {
                    **EMPTY_PAGE,
                    "results": [RATING],
                    "average_rating": 4.5,
                    "distribution": {**dict.fromkeys(SCALE, 0), "4.5": 1},
                },
                has_link=True,
            )
        },
        missing=NO_MOVIE,
    ),
    "rating_list": Described(
        summary="List all ratings",
        description="The newest first.",
        is_paged=True,
        replies={200: Reply(page(), {**EMPTY_PAGE, "results": [RATING]}, has_link=True)},
    ),
    "rating_create": Described(
        summary="Rate a movie",
        description="Each movie once, and never one's own.",
        takes="view",
        example={"movie": 42, "rating": 4.5},
        replies={201: Reply(one(), RATING)},
        forbidden=CANNOT_RATE,
    ),
    # --- compact ---
    "compact_rating_list": Described(
        summary="List all ratings",
        description="The newest first. The array is one page; the `Link` header tells the rest.",
        is_paged=True,
        replies={
            200: Reply(
                page(),
                [
                    {"id": 15, "movie": 6, "rating": 2},
                    {"id": 16, "movie": 6, "rating": 2},
                    {"id": 17, "movie": 3, "rating": 4},
                ],
                has_link=True,
            )
        },
    ),
    "compact_rating_create": Described(
        summary="Rate a movie",
        description="Each movie once, and never one's own.",
        takes="view",
        example={"movie": 6, "rating": 2},
        replies={201: Reply(one(), {"id": 15, "movie": 6, "rating": 2})},
        forbidden="You cant rate it ",
    ),
}
