# ruff: noqa: S608 - what is put into statements are table names and numbers of our own
"""Looking up the words of a query in the vocabulary."""

from collections.abc import Collection
from typing import NamedTuple

from movies.models import Movie
from movies.models.search import SearchSpelling, SearchWord
from rest.database.statements import Statement

WORD, SPELLING, MOVIE = (model._meta.db_table for model in (SearchWord, SearchSpelling, Movie))
MAX_CANDIDATES = 50  # words of the vocabulary that one word of the query may stand for, those of most movies
MAX_PREFIXED = 1000  # words looked at that begin with the last word of the query
MAX_TITLE_MATCHES = 50  # of more movies with one title none is preferred
AFTER_ALL_LETTERS = "\U0010ffff"


class Word(NamedTuple):
    """A word of the vocabulary that movies have."""

    id: int
    text: str
    movies_count: int


def lookup(name: str, *, newest_first: bool) -> Statement:
    """The words of the texts $1 and those from $2 to $3; and the movies of the titles $4, each as a word without text.

    By code point, whatever the collation: that is what the index for LIKE is made for.
    """
    # Not by the id as it is: a planner would walk all movies from the newest on until it has met so many.
    order = "ORDER BY m.id + 0 DESC" if newest_first else ""
    return Statement(
        name,
        parameters=["varchar[]", "varchar", "varchar", "varchar[]"],
        columns={"id": "bigint", "text": "varchar", "movies_count": "integer"},
        text=f"""
        SELECT w.id, w.text, w.movies_count FROM {WORD} w WHERE w.text = ANY($1) AND w.movies_count > 0
        UNION ALL SELECT * FROM (
            SELECT * FROM (
                SELECT w.id, w.text, w.movies_count FROM {WORD} w WHERE w.text ~>=~ $2 AND w.text ~<~ $3
                ORDER BY w.text USING ~<~ LIMIT {MAX_PREFIXED:d}) AS b
            WHERE b.movies_count > 0 ORDER BY b.movies_count DESC, b.id LIMIT {MAX_CANDIDATES:d}) AS prefixed
        UNION ALL SELECT * FROM (
            SELECT m.id, CAST('' AS varchar), 0 FROM {MOVIE} m WHERE m.title_key = ANY($4) {order}
            LIMIT {MAX_TITLE_MATCHES + 1:d}) AS title_match""",
    )


LOOKUP_OF_ONE = lookup("words_of_one", newest_first=False)
LOOKUP_OF_SEVERAL = lookup("words_of_several", newest_first=True)
BY_SPELLING = Statement(
    "words_with_spelling",
    parameters=["varchar[]"],
    columns={"spelling": "varchar", "id": "bigint", "text": "varchar", "movies_count": "integer"},
    text=f"""SELECT s.text, w.id, w.text, w.movies_count
        FROM {SPELLING} s JOIN {WORD} w ON w.id = s.word_id WHERE s.text = ANY($1) AND w.movies_count > 0""",
)


def words_and_title_matches(texts: Collection[str], prefix: str, title_keys: list[str]) -> tuple[list[Word], list[int]]:
    """In one round trip: the words of these texts and those that begin with `prefix`; ids of movies of these titles.

    Of the words, of the first MAX_PREFIXED by code point the MAX_CANDIDATES that most movies have. Of the movies the
    newest MAX_TITLE_MATCHES and one; where there is one text any, because tens of thousands might have that title.
    """
    statement = LOOKUP_OF_SEVERAL if len(texts) > 1 else LOOKUP_OF_ONE
    rows = statement.rows(list(texts), prefix, prefix + AFTER_ALL_LETTERS, title_keys)
    return [Word(*row) for row in rows if row[1]], [row[0] for row in rows if not row[1]]


def words_with_spelling(spellings: Collection[str]) -> list[tuple[str, Word]]:
    """The words that have one of these spellings, each with that spelling."""
    return [(spelling, Word(*word)) for spelling, *word in BY_SPELLING.rows(list(spellings))]
