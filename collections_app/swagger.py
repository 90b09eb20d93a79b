"""What the Swagger document says about collections beyond their views: responses and examples, by action."""

from dataclasses import replace

from rest_framework.exceptions import ErrorDetail

from collections_app.serializers import FavouriteGenreSerializer
from rest import problems
from rest.swagger.operations import NO_CONTENT, Body, Heading, Operation, Success, paged
from rest.swagger.shapes import array, fields, one

YOUR_COLLECTIONS = Heading("api · collections", "Your collections of movies. Nobody else sees them.")

TOO_MANY = "An account has at most 1000 collections. Delete one that you no longer need."
TOO_MUCH_TEXT = ErrorDetail(
    "An account keeps at most 50.00 MB of text in collections, and this would make it 50.02 MB. "
    "Delete some, or send less.",
    problems.QUOTA_FULL,
)

UUID = "b5c8b8a3-7f0e-4f5e-9d49-0f1f8d1a6a53"
QUEERAMA = {
    "uuid": "57baf4f4-c9ef-4197-9e4f-acf04eae5b4d",
    "title": "Queerama",
    "description": "50 years after decriminalisation of homosexuality in the UK, director Daisy Asquith mines the "
    "jewels of the BFI archive.",
    "genres": "",
}
SATANA = {
    "uuid": "163ce013-03e2-47e9-8afd-e7de7688c151",
    "title": "Satana likuyushchiy",
    "description": "In a small town live two brothers, one a minister and the other one a hunchback painter.",
    "genres": "Drama,Horror",
}
NEW = {"title": "hi", "description": "Description", "movies": [QUEERAMA, SATANA]}
WITHOUT_TIMES = {
    "uuid": UUID,
    "title": "hi",
    "description": "Description",
    "movies_count": 2,
    "movies": [QUEERAMA, SATANA],
}
COLLECTION = {
    **WITHOUT_TIMES,
    "created_at": "2023-07-17T20:40:38.548140Z",
    "updated_at": "2023-07-17T20:40:38.548169Z",
}
CHANGED = {**COLLECTION, "title": "Favourites", "movies_count": 1, "movies": [QUEERAMA]}

CREATE = Operation({201: Success(COLLECTION, has_location=True)}, Body(NEW))
UPDATE = Operation(
    {200: Success(CHANGED)},
    Body({"title": "Favourites", "movies": [QUEERAMA]}, is_partial=True),
)
COLLECTIONS = {
    "list": paged([COLLECTION]),
    "create": CREATE,
    "retrieve": Operation({200: Success(COLLECTION)}),
    "update": UPDATE,
    "partial_update": UPDATE,
    "destroy": Operation(NO_CONTENT),
    "favourite_genres": Operation(
        {
            200: Success(
                [{"genre": "Drama", "count": 1}, {"genre": "Horror", "count": 1}], array(one(FavouriteGenreSerializer))
            )
        }
    ),
}

# --- Dialect: collector ---

PAGE = fields(collections=array(one()), favourite_genres="string", count="integer", next="uri?", previous="uri?")
PAGE_EXAMPLE = {
    "collections": [WITHOUT_TIMES],
    "favourite_genres": "Drama, Horror",
    "count": 1,
    "next": None,
    "previous": None,
}
CONFIRMED = {
    "message": "Collection updated successfully.",
    "collection_uuid": UUID,
    "title": "Favourites",
    "description": "Description",
    "movies_count": 1,
}
CONFIRM_UPDATE = replace(UPDATE, responses={200: Success(CONFIRMED, one("changed_serializer_class"))})
COLLECTOR_COLLECTIONS = {
    "list": Operation(
        {200: Success({"is_success": True, "data": PAGE_EXAMPLE}, fields(is_success="boolean", data=PAGE))},
        summary="List your collections, with your three favourite genres",
        notes="`favourite_genres` are the three genres that occur most in all of them.",
        is_paged=True,
    ),
    "create": replace(
        CREATE,
        responses={201: Success({"collection_uuid": UUID}, one("created_serializer_class"), has_location=True)},
        body=Body({"user_id": "1", **NEW}),
        notes="A `user_id` is ignored: a collection belongs to whoever makes it.",
    ),
    "retrieve": Operation({200: Success(WITHOUT_TIMES)}),
    "update": CONFIRM_UPDATE,
    "partial_update": CONFIRM_UPDATE,
    "destroy": COLLECTIONS["destroy"],
}
