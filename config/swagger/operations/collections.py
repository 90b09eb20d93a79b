"""Collections: yours alone."""

from dataclasses import replace

from collections_app.serializers import FavouriteGenreSerializer
from config.swagger.shapes import Described, Reply, array, fields, one, page

NO_COLLECTION = "No Collection matches the given query."
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
TIMES = {"created_at": "2023-07-17T20:40:38.548140Z", "updated_at": "2023-07-17T20:40:38.548169Z"}
SHORT = {"uuid": UUID, "title": "hi", "description": "Description", "movies_count": 2, "movies": [QUEERAMA, SATANA]}
WHOLE = {**SHORT, **TIMES}
CHANGE = {"title": "Favourites", "movies": [QUEERAMA]}
CHANGED = {**WHOLE, "title": "Favourites", "movies_count": 1, "movies": [QUEERAMA]}
CONFIRMED = {
    "message": "Collection updated successfully.",
    "collection_uuid": UUID,
    "title": "Favourites",
    "description": "Description",
    "movies_count": 1,
}

MOVIES = (
    "A movie whose `uuid` is one of the catalogue's is that movie, and its text comes from there; any other needs a "
    "`title`. A missing `uuid` is invented; the same one may stand in many collections, but once in each. `genres` is "
    "one text, separated by commas."
)
CREATE = Described(
    summary="Create a collection",
    description=f"With all its movies or not at all. {MOVIES} Bodies are JSON.",
    takes="view",
    example=NEW,
    replies={201: Reply(one(), WHOLE, has_location=True)},
)
CHANGE_IT = Described(
    summary="Change a collection",
    description=f"What is not sent stays as it is; sent `movies` replace the list. {MOVIES} PUT and PATCH do the same.",
    takes="view",
    example=CHANGE,
    keeps_what_is_not_sent=True,
    replies={200: Reply(one(), CHANGED)},
    bad={"title": "This field may not be blank."},
    missing=NO_COLLECTION,
)
CONFIRM_CHANGE = replace(CHANGE_IT, replies={200: Reply(one("changed_serializer_class"), CONFIRMED)})
PAGE = {"count": 1, "next": None, "previous": None}

OPERATIONS = {
    "collection_list": Described(
        summary="List your collections",
        description="In the order in which you made them, each with its first ten movies.",
        is_paged=True,
        replies={200: Reply(page(), {**PAGE, "results": [WHOLE]}, has_link=True)},
    ),
    "collection_create": CREATE,
    "collection_retrieve": Described(
        summary="A collection with all its movies",
        replies={200: Reply(one(), WHOLE)},
        missing=NO_COLLECTION,
    ),
    "collection_update": CHANGE_IT,
    "collection_partial_update": CHANGE_IT,
    "collection_destroy": Described(summary="Delete a collection", replies={204: Reply()}, missing=NO_COLLECTION),
    "collection_favourite_genres": Described(
        summary="Your favourite genres",
        description="The three genres that occur most in your collections, the commonest first, ties by name.",
        replies={
            200: Reply(
                array(one(FavouriteGenreSerializer)), [{"genre": "Drama", "count": 1}, {"genre": "Horror", "count": 1}]
            )
        },
    ),
    # --- collector ---
    "collector_collection_list": Described(
        summary="List your collections, with your three favourite genres",
        description="In the order in which you made them, each with its first ten movies. `favourite_genres` are the "
        "three genres that occur most in all of them.",
        is_paged=True,
        replies={
            200: Reply(
                fields(
                    is_success="boolean",
                    data=fields(
                        collections=array(one()),
                        favourite_genres="string",
                        count="integer",
                        next="uri?",
                        previous="uri?",
                    ),
                ),
                {
                    "is_success": True,
                    "data": {"collections": [SHORT], "favourite_genres": "Drama, Horror", **PAGE},
                },
                has_link=True,
            )
        },
    ),
    "collector_collection_create": replace(
        CREATE,
        description=f"{CREATE.description} A `user_id` is ignored: a collection belongs to whoever makes it.",
        example={"user_id": "1", **NEW},
        replies={201: Reply(one("created_serializer_class"), {"collection_uuid": UUID}, has_location=True)},
    ),
    "collector_collection_retrieve": Described(
        summary="A collection with all its movies",
        replies={200: Reply(one(), SHORT)},
        missing=NO_COLLECTION,
    ),
    "collector_collection_update": CONFIRM_CHANGE,
    "collector_collection_partial_update": CONFIRM_CHANGE,
}
