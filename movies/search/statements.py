# ruff: noqa: S608 - what is put into statements are table names and numbers of our own
"""The statements of the search, by hand: each touches a bounded number of rows, however large the catalogue.

The ORM cannot say "the best k movies of each of these words", which the index of the postings answers in k steps a
word. Numbers (ids, limits) stand in the text, since they come from us; texts and what a queryset restricts to are
parameters.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence, Sized
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection

from movies.querysets import MovieQuerySet
from movies.search.functions import (
    BEST_FIRST,
    BEST_OF_GROUP,
    BEST_OF_PAIR,
    MAX_ALTERNATIVES,
    MAX_BEGINNINGS,
    MAX_NAMESAKES,
    MOVIE,
    OF_WORD,
    POSTING,
    SPELLED,
    SPELLING,
    WORD,
    WORDS,
)
from rest.database.statements import is_postgresql

AFTER_ALL_LETTERS = "\U0010ffff"


class Word(NamedTuple):
    """A word of the vocabulary that movies have."""

    id: int
    text: str
    movies_count: int


class Alternative(NamedTuple):
    """What a word of the query may stand for, and how well it matches."""

    word: Word
    quality: int


Group = tuple[Alternative, ...]  # all that one word of the query may stand for


class Among(NamedTuple):
    """A further condition on postings, with its parameters: that they are of certain movies."""

    condition: str = ""
    parameters: tuple[Any, ...] = ()


EVERYWHERE = Among()


def among(movies: MovieQuerySet) -> Among:
    try:
        statement, parameters = movies.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:  # the ORM knows without asking that there are none
        return Among(" AND 1 = 0")
    return Among(f" AND movie_id IN ({statement})", parameters)


class Piece(NamedTuple):
    """A statement to be used in others, with its parameters."""

    text: str
    parameters: tuple[Any, ...] = ()


Numbered = tuple[list[int], int]  # ids of a page of movies, and how many movies there are in all


def rows_of(text: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows that a statement gives. Placeholders are Django's."""
    with connection.cursor() as cursor:
        cursor.execute(text, parameters or None)
        return cursor.fetchall()


def listed(numbers: Iterable[int]) -> str:
    return ", ".join(f"{number:d}" for number in numbers)


# --- The vocabulary -------------------------------------------------------------------------------------------------


def placeholders(values: Sized) -> str:
    return ", ".join(["%s"] * len(values))


def words_and_namesakes(texts: Collection[str], beginning: str, title_key: str) -> tuple[list[Word], list[int]]:
    """In one round trip: the words of these texts and those that begin with `beginning`, and movies of that title.

    Of the first MAX_BEGINNINGS by code point the MAX_ALTERNATIVES that most movies have. Of the movies the newest
    MAX_NAMESAKES and one; where the text is one word any, because tens of thousands might be called like that.
    """
    if is_postgresql():
        found = WORDS[len(texts) > 1].rows(list(texts), beginning, beginning + AFTER_ALL_LETTERS, title_key)
        return [Word(*row) for row in found if row[1]], [row[0] for row in found if not row[1]]
    beginnings = (
        f"SELECT id, text, movies_count FROM {WORD} WHERE text >= %s AND text < %s "
        f"ORDER BY text LIMIT {MAX_BEGINNINGS:d}"
    )
    best = (
        f"SELECT * FROM ({beginnings}) AS b WHERE movies_count > 0 "
        f"ORDER BY movies_count DESC, id LIMIT {MAX_ALTERNATIVES:d}"
    )
    # Not by the id as it is: a planner would walk all movies from the newest on until it has met so many.
    newest = "ORDER BY id + 0 DESC" if len(texts) > 1 else ""
    namesake = f"SELECT id, '', 0 FROM {MOVIE} WHERE title_key = %s {newest} LIMIT {MAX_NAMESAKES + 1:d}"
    statement = (
        f"SELECT id, text, movies_count FROM {WORD} WHERE text IN ({placeholders(texts)}) AND movies_count > 0 "
        f"UNION ALL SELECT * FROM ({best}) AS beginning "
        f"UNION ALL SELECT * FROM ({namesake}) AS namesake"
    )
    found = rows_of(statement, [*texts, beginning, beginning + AFTER_ALL_LETTERS, title_key])
    return [Word(*row) for row in found if row[1]], [row[0] for row in found if not row[1]]


def words_with_spelling(spellings: Collection[str]) -> list[tuple[str, Word]]:
    """The words that have one of these spellings, each with that spelling."""
    if is_postgresql():
        return [(spelling, Word(*word)) for spelling, *word in SPELLED.rows(list(spellings))]
    statement = (
        f"SELECT s.text, w.id, w.text, w.movies_count FROM {SPELLING} AS s JOIN {WORD} AS w ON w.id = s.word_id "
        f"WHERE s.text IN ({placeholders(spellings)}) AND w.movies_count > 0"
    )
    return [(spelling, Word(*word)) for spelling, *word in rows_of(statement, list(spellings))]


# --- The postings ---------------------------------------------------------------------------------------------------


def score(group: Group) -> str:
    """An expression: what a posting of one of the group's words is worth."""
    words_of: dict[int, list[int]] = defaultdict(list)
    for word, quality in group:
        words_of[quality].append(word.id)
    if len(words_of) == 1:
        return f"weight * {min(words_of):d}"
    cases = (f"WHEN word_id IN ({listed(ids)}) THEN {quality:d}" for quality, ids in sorted(words_of.items()))
    return f"weight * CASE {' '.join(cases)} END"


def has_word_of(group: Group) -> str:
    return f"word_id IN ({listed(word.id for word, _ in group)})"


def score_of_movie(group: Group, movie_id: str) -> str:
    """An expression: what a movie is worth to the group; NULL if it has none of its words."""
    return f"(SELECT MAX({score(group)}) FROM {POSTING} WHERE {has_word_of(group)} AND movie_id = {movie_id})"


def best_of_word(word_id: int | str, quality: int | str, k: int, among: Among) -> str:
    return (
        f"SELECT movie_id, weight * {quality} AS score, popularity FROM {POSTING} "
        f"WHERE word_id = {word_id}{among.condition} {BEST_FIRST} LIMIT {k:d}"
    )


def best_of_group(group: Group, k: int, among: Among) -> Piece:
    """The best `k` postings of each word of the group: (movie_id, score, popularity)."""
    if is_postgresql() and len(group) > 1:
        # One plan for all words; a UNION takes milliseconds to be planned.
        ids, qualities = listed(word.id for word, _ in group), listed(quality for _, quality in group)
        words = f"unnest(ARRAY[{ids}]::bigint[], ARRAY[{qualities}]) AS a (word_id, quality)"
        best = best_of_word("a.word_id", "a.quality", k, among)
        return Piece(f"SELECT b.* FROM {words} CROSS JOIN LATERAL ({best}) AS b", among.parameters)
    return union(Piece(best_of_word(word.id, quality, k, among), among.parameters) for word, quality in group)


def these_of_group(group: Group, movie_ids: Iterable[int], among: Among) -> Piece:
    """The postings of these movies: (movie_id, score, popularity)."""
    wanted = f"{has_word_of(group)} AND movie_id IN ({listed(movie_ids)}){among.condition}"
    return Piece(
        f"SELECT movie_id, {score(group)} AS score, popularity FROM {POSTING} WHERE {wanted}", among.parameters
    )


def union(pieces: Iterable[Piece]) -> Piece:
    pieces = list(pieces)
    text = " UNION ALL ".join(f"SELECT * FROM ({piece.text}) AS piece" for piece in pieces)
    return Piece(text, tuple(parameter for piece in pieces for parameter in piece.parameters))


def candidates(pieces: Iterable[Piece]) -> Piece:
    """The movies of the pieces once each, with their best score and their popularity."""
    every = union(pieces)
    columns = "movie_id, MAX(score) AS score, MAX(popularity) AS popularity"
    return Piece(f"SELECT {columns} FROM ({every.text}) AS every GROUP BY movie_id", every.parameters)


# --- The pages ------------------------------------------------------------------------------------------------------

IN_ORDER = "score DESC, popularity DESC, movie_id DESC"


def namesakes_first(movie_ids: Collection[int]) -> str:
    return f"CASE WHEN movie_id IN ({listed(movie_ids)}) THEN 0 ELSE 1 END, " if movie_ids else ""


def page_of_word(word: Word, start: int, size: int) -> list[int]:
    """The ids of the movies that have the word, best first."""
    return [movie_id for (movie_id,) in OF_WORD.rows(word.id, size, start)]


def page_of_all(found: Piece, others: Sequence[Group], namesakes: Collection[int], start: int, size: int) -> Numbered:
    """Those movies of `found` that have a word of each of the other groups too, best first."""
    tables = [f"found_0 AS MATERIALIZED ({found.text})"]
    for n, group in enumerate(others, start=1):
        before = f"found_{n - 1}"
        # A movie without any word of the group has no score from here on, and is not looked up any further.
        score = f"score + {score_of_movie(group, f'{before}.movie_id')} AS score"
        tables.append(
            f"found_{n} AS MATERIALIZED (SELECT movie_id, popularity, {score} FROM {before} WHERE score IS NOT NULL)"
        )
    return numbered(
        f"WITH {', '.join(tables)} SELECT movie_id, COUNT(*) OVER () FROM found_{len(others)} "
        f"WHERE score IS NOT NULL ORDER BY {namesakes_first(namesakes)}{IN_ORDER}",
        found.parameters,
        start,
        size,
    )


def usual_page(
    group: Group,
    deep: int,
    others: Sequence[Group],
    *,
    namesakes: list[int],
    preferred: list[int],
    start: int,
    size: int,
) -> Numbered:
    """What `page_of_all` gives for the candidates of one group, with at most one other (on PostgreSQL)."""
    function = BEST_OF_PAIR if others else BEST_OF_GROUP
    other = [column for group in others for column in arrays(group)]

    def page(start: int, size: int) -> list[tuple[int, int]]:
        return function.rows(*arrays(group), deep, namesakes, size, start, preferred, *other)

    found = page(start, size)
    if not found and (start or not size):  # no row of the page says how many there are
        return [], sum(total for _, total in page(0, 1))
    return [movie_id for movie_id, _ in found], found[0][1] if found else 0


def arrays(group: Group) -> list[list[int]]:
    return [[word.id for word, _ in group], [quality for _, quality in group]]


def page_of_most(found: Piece, groups: Sequence[Group], start: int, size: int) -> Numbered:
    """The movies of `found`, those with words of most groups first."""
    scores = [(f"score_{n}", score_of_movie(group, "found.movie_id")) for n, group in enumerate(groups)]
    columns = ", ".join(f"{score} AS {name}" for name, score in scores)
    matched = " + ".join(f"CASE WHEN {name} IS NULL THEN 0 ELSE 1 END" for name, _ in scores)
    total = " + ".join(f"COALESCE({name}, 0)" for name, _ in scores)
    return numbered(
        f"WITH found AS MATERIALIZED ({found.text}), scored AS MATERIALIZED (SELECT movie_id, popularity, {columns} "
        f"FROM found), summed AS (SELECT movie_id, popularity, {matched} AS matched, {total} AS score FROM scored) "
        f"SELECT movie_id, COUNT(*) OVER () FROM summed ORDER BY matched DESC, {IN_ORDER}",
        found.parameters,
        start,
        size,
    )


def numbered(statement: str, parameters: Sequence[Any], start: int, size: int) -> Numbered:
    """A page of the statement's rows (movie_id, how many rows in all)."""
    found = rows_of(f"{statement} LIMIT {size:d} OFFSET {start:d}", parameters)
    if not found and (start or not size):  # no row of the page says how many there are
        return [], numbered(statement, parameters, 0, 1)[1]
    return [movie_id for movie_id, _ in found], found[0][1] if found else 0
