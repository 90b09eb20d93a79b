"""Search: a vocabulary with its misspellings, postings, and a ranking. The same on both databases.

A query's words are looked up in the vocabulary first: exact; the last one, still being typed, as a prefix too; and
only where that finds nothing, the nearest spellings. The big tables are then touched with exact words alone, and
through indexes that have the best first, so that a search costs the same in a catalogue of any size.
"""

from movies.search.finding import EXAMINED, LIMIT, SearchResult, find, search
from movies.search.indexing import (
    DIRECTOR_WEIGHT,
    GENRE_WEIGHT,
    TITLE_WEIGHT,
    YEAR_WEIGHT,
    flaws,
    index,
    index_batch,
    index_ids,
    set_popularity,
    weighted_words,
    words_taken_with,
    wrong_counts,
)
from movies.search.revision import bring_up_to_date, is_outdated
from movies.search.vocabulary import add_word_counts, deletions, get_or_create_words

__all__ = [
    "DIRECTOR_WEIGHT",
    "EXAMINED",
    "GENRE_WEIGHT",
    "LIMIT",
    "TITLE_WEIGHT",
    "YEAR_WEIGHT",
    "SearchResult",
    "add_word_counts",
    "bring_up_to_date",
    "deletions",
    "find",
    "flaws",
    "get_or_create_words",
    "index",
    "index_batch",
    "index_ids",
    "is_outdated",
    "search",
    "set_popularity",
    "weighted_words",
    "words_taken_with",
    "wrong_counts",
]
