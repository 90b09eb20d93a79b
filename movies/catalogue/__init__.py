"""The read model: everything that reads movies for a client ends here.

    cards      what can be shown of a movie, and what movies can be ordered by: one declaration
    rows       the rows of a statement → cards, remembered
    queries    the statement that reads cards: `read(ids, viewer)`, however many they are
    listings   which movies, in which order, how many: a slice at a time (rankings, querysets: more of them)
    shapes     the serializers' representations of cards: `represent(cards, serializer_class, address_of)`

Whatever a listing is made of (the kept order of the catalogue, a ranking, any queryset, a search), it gives cards.
"""

from movies.catalogue.cards import Card
from movies.catalogue.listings import AllMovies, IdListing, kept_count
from movies.catalogue.queries import read
from movies.catalogue.querysets import GenreListing, QuerySetListing
from movies.catalogue.rankings import COLUMNS, Categories, genre_named, most_liked, newest
from movies.catalogue.shapes import represent, shape_of

__all__ = [
    "COLUMNS",
    "AllMovies",
    "Card",
    "Categories",
    "GenreListing",
    "IdListing",
    "QuerySetListing",
    "genre_named",
    "kept_count",
    "most_liked",
    "newest",
    "read",
    "represent",
    "shape_of",
]
