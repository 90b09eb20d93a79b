"""What people say about movies: favourites, likes, comments and ratings."""

from rest_framework.exceptions import ErrorDetail

from movies import problems
from movies.fields import stars
from movies.models.feedback import MAX_HALF_STARS, MIN_HALF_STARS
from movies.serializers import CommentReportSerializer, CommentSerializer, LikeSerializer, OwnRatingSerializer
from rest.swagger.errors import BLANK
from rest.swagger.operations import NO_CONTENT, Body, Heading, Operation, Success, paged
from rest.swagger.shapes import array, fields, one

FEEDBACK = Heading("api · feedback", "What people say about movies: favourites, likes, comments and ratings.")

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
LINKS = {"next": None, "previous": None}
CANNOT_RATE = ErrorDetail("Nobody rates a movie that they added, nor adds a second rating.", problems.CANNOT_RATE)
NO_RATING = "No Rating matches the given query."

FAVORITE_SHAPE = fields(message="string", favorite="boolean", favorites_count="integer")
FAVORITE = {"message": "Movie added to favorites.", "favorite": True, "favorites_count": 1}
NO_FAVORITE = {"message": "Movie removed from favorites.", "favorite": False, "favorites_count": 0}
LIKE_SHAPE = fields(message="string", likes_count="integer")
OWN_RATING = one(OwnRatingSerializer)

# At the addresses below a movie.
MOVIE_FEEDBACK = {
    "favorite": Operation({200: Success(FAVORITE, FAVORITE_SHAPE)}),
    "add_favorite": Operation({200: Success(FAVORITE, FAVORITE_SHAPE)}),
    "remove_favorite": Operation({200: Success(NO_FAVORITE, FAVORITE_SHAPE)}),
    "like": Operation(
        {
            200: Success(
                {"movie": "Alien", "likes_count": 1, "likes": [HP1], **LINKS},
                fields(
                    movie="string",
                    likes_count="integer",
                    likes=array(one(LikeSerializer)),
                    next="uri?",
                    previous="uri?",
                ),
            )
        },
        is_paged=True,
    ),
    "add_like": Operation(
        {
            201: Success({"message": "Movie liked.", "likes_count": 1}, LIKE_SHAPE, "Liked for the first time"),
            200: Success({"message": "You already like this movie.", "likes_count": 1}, LIKE_SHAPE, "Liked already"),
        }
    ),
    "remove_like": Operation({200: Success({"message": "Like removed.", "likes_count": 0}, LIKE_SHAPE)}),
    "comments": paged([COMMENT], CommentSerializer),
    "add_comment": Operation(
        {201: Success(COMMENT, one(CommentSerializer))},
        Body({"text": "Watch it with the lights off."}, CommentSerializer),
        invalid={"text": BLANK},
    ),
    "rating": Operation({200: Success(RATING, OWN_RATING)}, not_found=NO_RATING),
    "rate": Operation(
        {201: Success(RATING, OWN_RATING, "A new rating"), 200: Success(RATING, OWN_RATING, "A replaced rating")},
        Body({"rating": 4.5}, OwnRatingSerializer),
        invalid={"rating": ErrorDetail("Must be a number from 0.5 to 5 in steps of 0.5.", "off_scale")},
        forbidden=CANNOT_RATE,
    ),
    "unrate": Operation(NO_CONTENT, not_found=NO_RATING),
    "ratings": Operation(
        {
            200: Success(
                {
                    "count": 1,
                    **LINKS,
                    "results": [RATING],
                    "average_rating": 4.5,
                    "distribution": {**dict.fromkeys(SCALE, 0), "4.5": 1},
                },
                fields(
                    count="integer",
                    next="uri?",
                    previous="uri?",
                    results=array(OWN_RATING),
                    average_rating="number",
                    distribution=fields(**dict.fromkeys(SCALE, "integer")),
                ),
            )
        },
        is_paged=True,
    ),
}
REPORT = {"id": 3, "comment": 5, "reason": "Tells the end.", "created_at": "2023-07-17T20:40:38.548140Z"}
REPORT_SHAPE = one(CommentReportSerializer)
COMMENTS = {
    "retrieve": Operation({200: Success(COMMENT)}),
    "destroy": Operation(NO_CONTENT),
    "report": Operation(
        {201: Success(REPORT, REPORT_SHAPE, "A new report"), 200: Success(REPORT, REPORT_SHAPE, "Reported already")},
        Body({"reason": "Tells the end."}, CommentReportSerializer),
        invalid={"reason": BLANK},
    ),
}
RATINGS = {
    "list": paged([RATING]),
    "create": Operation({201: Success(RATING)}, Body({"movie": 42, "rating": 4.5}), forbidden=CANNOT_RATE),
}
