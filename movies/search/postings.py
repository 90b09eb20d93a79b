# ruff: noqa: S608 - what is put into statements are table names and numbers of our own
"""Pages of movies by their postings: each statement touches a bounded number of rows, however large the catalogue.

The ORM cannot say "the best k postings of each of these words", which the index of the postings answers in k steps a
word. Each part of a statement is written once, for *terms* of whatever kind. What most searches ask is planned once on
PostgreSQL, as functions whose terms are arrays. The other statements are composed for each query: ids and limits stand
in their text, since they come from us; what a queryset restricts to has parameters.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection

from movies.models.search import SearchPosting
from movies.querysets import MovieQuerySet
from movies.search.words import Word
from rest.database.statements import Function, Statement, is_postgresql

POSTING = SearchPosting._meta.db_table
BEST_FIRST = "ORDER BY p.weight DESC, p.popularity DESC, p.movie_id DESC"


class CandidateTerm(NamedTuple):
    """A word that a word of the query may stand for, and how well it matches."""

    word: Word
    quality: int


TermGroup = tuple[CandidateTerm, ...]  # all that one word of the query may stand for
Page = tuple[list[int], int]  # ids of a page of movies, and how many movies there are in all


class Fragment(NamedTuple):
    """A part of a statement, with the parameters of its placeholders (Django's)."""

    text: str
    parameters: tuple[Any, ...] = ()


class Restriction(Fragment):
    """A further condition on postings `p`: that they are of certain movies."""


UNRESTRICTED = Restriction("")


def restriction_to(movies: MovieQuerySet) -> Restriction:
    try:
        statement, parameters = movies.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:  # the ORM knows without asking that there are none
        return Restriction(" AND 1 = 0")
    return Restriction(f" AND p.movie_id IN ({statement})", parameters)


# --- The parts of a statement ---------------------------------------------------------------------------------------


class Terms(NamedTuple):
    """What one word of the query may stand for, as SQL."""

    table: str  # `t` of (word_id, quality)
    condition: str  # that a posting `p` is of one of these words
    quality: str  # of the word of such a posting


def best_of_word(word_id: int | str, quality: int | str, k: int | str, restriction: str = "") -> str:
    """The best `k` postings of a word: (movie_id, score, popularity)."""
    return (
        f"SELECT p.movie_id, p.weight * {quality} AS score, p.popularity FROM {POSTING} p "
        f"WHERE p.word_id = {word_id}{restriction} {BEST_FIRST} LIMIT {k}"
    )


def best_of_each(terms: Terms, k: int | str, restriction: str = "") -> str:
    """The best `k` postings of each term, on PostgreSQL: one plan for all of them."""
    best = best_of_word("t.word_id", "t.quality", k, restriction)
    return f"SELECT b.* FROM {terms.table} CROSS JOIN LATERAL ({best}) AS b"


def postings_of(terms: Terms, movies: str, restriction: str = "") -> str:
    """The postings of the terms for the movies whose id is `movies`, a comparison: (movie_id, score, popularity)."""
    return (
        f"SELECT p.movie_id, p.weight * {terms.quality} AS score, p.popularity FROM {POSTING} p "
        f"WHERE {terms.condition} AND p.movie_id {movies}{restriction}"
    )


def union(texts: Iterable[str]) -> str:
    return " UNION ALL ".join(f"SELECT * FROM ({text}) AS part" for text in texts)


def candidates(postings: Iterable[str]) -> str:
    """The movies of these postings once each, with their best score and their popularity."""
    return (
        "SELECT e.movie_id, MAX(e.score) AS score, MAX(e.popularity) AS popularity "
        f"FROM ({union(postings)}) AS e GROUP BY e.movie_id"
    )


def score_of(terms: Terms) -> str:
    """An expression: what the movie `f.movie_id` is worth to the terms; NULL if it has none of them."""
    return (
        f"(SELECT MAX(p.weight * {terms.quality}) FROM {POSTING} p WHERE {terms.condition} AND p.movie_id = f.movie_id)"
    )


def with_all(found: str, others: Sequence[Terms], preferred: str) -> str:
    """Those candidates `found` that have one of each of the other terms too: (movie_id, how many), best first.

    Before all others come the movies whose id is `preferred`, a comparison; "" prefers none.
    """
    tables = [f"found_0 AS MATERIALIZED ({found})"]
    for n, terms in enumerate(others, start=1):
        # A movie without any of the terms has no score from here on, and is not looked up any further.
        tables.append(
            f"found_{n} AS MATERIALIZED (SELECT f.movie_id, f.popularity, f.score + {score_of(terms)} AS score "
            f"FROM found_{n - 1} f WHERE f.score IS NOT NULL)"
        )
    first = f"CASE WHEN f.movie_id {preferred} THEN 0 ELSE 1 END, " if preferred else ""
    return (
        f"WITH {', '.join(tables)} SELECT f.movie_id, COUNT(*) OVER () FROM found_{len(others)} f "
        f"WHERE f.score IS NOT NULL ORDER BY {first}f.score DESC, f.popularity DESC, f.movie_id DESC"
    )


def with_most(found: str, groups: Sequence[Terms]) -> str:
    """The candidates `found`, those with terms of most groups first: (movie_id, how many)."""
    columns = ", ".join(f"{score_of(terms)} AS score_{n}" for n, terms in enumerate(groups))
    matched = " + ".join(f"CASE WHEN s.score_{n} IS NULL THEN 0 ELSE 1 END" for n in range(len(groups)))
    total = " + ".join(f"COALESCE(s.score_{n}, 0)" for n in range(len(groups)))
    return (
        f"WITH found AS MATERIALIZED ({found}), "
        f"scored AS MATERIALIZED (SELECT f.movie_id, f.popularity, {columns} FROM found f), "
        f"summed AS (SELECT s.movie_id, s.popularity, {matched} AS matched, {total} AS score FROM scored s) "
        "SELECT f.movie_id, COUNT(*) OVER () FROM summed f "
        "ORDER BY f.matched DESC, f.score DESC, f.popularity DESC, f.movie_id DESC"
    )


# --- Planned once ---------------------------------------------------------------------------------------------------

PAGE_OF_WORD = Statement(
    "page_of_word",
    parameters=["bigint", "bigint", "bigint"],
    columns={"id": "bigint"},
    text=f"SELECT p.movie_id FROM {POSTING} p WHERE p.word_id = $1 {BEST_FIRST} LIMIT $2 OFFSET $3",
)
TERMS, OTHER_TERMS = (
    Terms(
        table=f"unnest({ids}, {qualities}) AS t (word_id, quality)",
        condition=f"p.word_id = ANY({ids})",
        quality=f"({qualities})[array_position({ids}, p.word_id)]",
    )
    for ids, qualities in (("$1", "$2"), ("$8", "$9"))
)
TERM_TYPES = ["bigint[]", "integer[]"]


def page_function(name: str, others: Sequence[Terms]) -> Function:
    """A page of one group's movies: terms, depth, title matches, size, start, preferred movies; the other terms."""
    found = candidates([best_of_each(TERMS, "$3"), postings_of(TERMS, "= ANY($4)")])
    return Function(
        name,
        parameters=[*TERM_TYPES, "bigint", "bigint[]", "bigint", "bigint", "bigint[]", *TERM_TYPES * len(others)],
        columns={"id": "bigint", "total": "bigint"},
        volatility="STABLE PARALLEL SAFE",
        body=f"RETURN QUERY {with_all(found, others, '= ANY($7)')} LIMIT $5 OFFSET $6;",
    )


PAGE_OF_GROUP, PAGE_OF_PAIR = page_function("page_of_group", []), page_function("page_of_pair", [OTHER_TERMS])


def page_of_word(word: Word, start: int, size: int) -> list[int]:
    """The ids of the movies that have the word, best first."""
    return [movie_id for (movie_id,) in PAGE_OF_WORD.rows(word.id, size, start)]


def planned_page(
    group: TermGroup,
    depth: int,
    others: Sequence[TermGroup],
    *,
    title_matches: list[int],
    preferred: list[int],
    start: int,
    size: int,
) -> Page:
    """What `page_with_all` gives for the candidates of one group, with at most one other. On PostgreSQL only."""
    function = PAGE_OF_PAIR if others else PAGE_OF_GROUP
    other = [column for group in others for column in arrays(group)]

    def page(start: int, size: int) -> list[tuple[Any, ...]]:
        return function.rows(*arrays(group), depth, title_matches, size, start, preferred, *other)

    rows = page(start, size)
    if not rows and (start or not size):  # no row of the page says how many there are
        return [], sum(total for _, total in page(0, 1))
    return [movie_id for movie_id, _ in rows], rows[0][1] if rows else 0


def arrays(group: TermGroup) -> list[list[int]]:
    return [[word.id for word, _ in group], [quality for _, quality in group]]


# --- Composed for each query ----------------------------------------------------------------------------------------


def terms_of(group: TermGroup) -> Terms:
    ids, qualities = (comma_separated(column) for column in arrays(group))
    return Terms(
        table=f"unnest(ARRAY[{ids}]::bigint[], ARRAY[{qualities}]) AS t (word_id, quality)",
        condition=f"p.word_id IN ({ids})",
        quality=quality_of(group),
    )


def quality_of(group: TermGroup) -> str:
    words_of: dict[int, list[int]] = defaultdict(list)
    for word, quality in group:
        words_of[quality].append(word.id)
    if len(words_of) == 1:
        return f"{min(words_of):d}"
    cases = (f"WHEN p.word_id IN ({comma_separated(ids)}) THEN {quality:d}" for quality, ids in words_of.items())
    return f"CASE {' '.join(cases)} END"


def comma_separated(numbers: Iterable[int]) -> str:
    return ", ".join(f"{number:d}" for number in numbers)


def best_of_group(group: TermGroup, k: int, restriction: Restriction) -> Fragment:
    """The best `k` postings of each term of the group."""
    if is_postgresql():  # where a UNION of many takes milliseconds to be planned
        return Fragment(best_of_each(terms_of(group), k, restriction.text), restriction.parameters)
    # SQLite, which has no LATERAL, plans a UNION in no time.
    text = union(best_of_word(word.id, quality, k, restriction.text) for word, quality in group)
    return Fragment(text, restriction.parameters * len(group))


def postings_of_movies(group: TermGroup, movie_ids: Iterable[int], restriction: Restriction) -> Fragment:
    text = postings_of(terms_of(group), f"IN ({comma_separated(movie_ids)})", restriction.text)
    return Fragment(text, restriction.parameters)


def candidates_of(postings: Sequence[Fragment]) -> Fragment:
    parameters = tuple(parameter for fragment in postings for parameter in fragment.parameters)
    return Fragment(candidates(fragment.text for fragment in postings), parameters)


def page_with_all(
    found: Fragment, others: Sequence[TermGroup], preferred: Collection[int], start: int, size: int
) -> Page:
    """Those candidates that have a term of each of the other groups too, best first."""
    comparison = f"IN ({comma_separated(preferred)})" if preferred else ""
    return fetch_page(
        Fragment(with_all(found.text, list(map(terms_of, others)), comparison), found.parameters), start, size
    )


def page_with_most(found: Fragment, groups: Sequence[TermGroup], start: int, size: int) -> Page:
    """The candidates, those with terms of most groups first."""
    return fetch_page(Fragment(with_most(found.text, list(map(terms_of, groups))), found.parameters), start, size)


def fetch_page(statement: Fragment, start: int, size: int) -> Page:
    """A page of the statement's rows (movie_id, how many rows in all)."""
    with connection.cursor() as cursor:
        cursor.execute(f"{statement.text} LIMIT {size:d} OFFSET {start:d}", statement.parameters or None)
        rows = cursor.fetchall()
    if not rows and (start or not size):  # no row of the page says how many there are
        return [], fetch_page(statement, 0, 1)[1]
    return [movie_id for movie_id, _ in rows], rows[0][1] if rows else 0
