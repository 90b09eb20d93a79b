"""The read model: everything that reads movies for a client ends here.

    listings   which movies, in which order, how many: a stretch of ids at a time
    cards      what is shown of them: `read(ids, viewer)`, one statement however many they are
    shapes     the serializers' representations of cards

Whatever a listing is made of (the kept order of the catalogue, a ranking, any queryset, a search), it gives ids.
"""

from movies.catalogue.cards import Card, read
from movies.catalogue.listings import Ids, Whole, tally
from movies.catalogue.querysets import GenreListing, QuerySetListing
from movies.catalogue.rankings import COLUMNS, Categories, genre_named, most_liked, newest
from movies.catalogue.shapes import shape_of, shown

__all__ = [
    "COLUMNS",
    "Card",
    "Categories",
    "GenreListing",
    "Ids",
    "QuerySetListing",
    "Whole",
    "genre_named",
    "most_liked",
    "newest",
    "read",
    "shape_of",
    "shown",
    "tally",
]
