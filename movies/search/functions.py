# ruff: noqa: S608 - what is put into statements are table names and numbers of our own
"""The usual statements of the search as functions of PostgreSQL, which plans them once (rest.database.statements).

`statements` has the others, whose text depends on the query, and what SQLite is asked instead.
"""

from movies.models import Movie
from movies.models.search import SearchPosting, SearchSpelling, SearchWord
from rest.database.statements import Function, Statement

POSTING, WORD, SPELLING, MOVIE = (model._meta.db_table for model in (SearchPosting, SearchWord, SearchSpelling, Movie))
BEST_FIRST = "ORDER BY weight DESC, popularity DESC, movie_id DESC"
# By code point, as SQLite compares, whatever the collation: what the index for LIKE is made for.
BEGINS = "w.text ~>=~ $2 AND w.text ~<~ $3 ORDER BY w.text USING ~<~"
MAX_ALTERNATIVES = 50  # words of the vocabulary that one word of the query may stand for, those of most movies
MAX_BEGINNINGS = 1000  # words looked at that begin with the last word of the query
MAX_NAMESAKES = 50  # of more movies with one title none is preferred


def words_function(*, several: bool) -> Function:
    """What `words_and_namesakes` asks, planned once: texts, beginning, its end, folded title."""
    name = "words_of_several" if several else "words_of_one"
    newest = "ORDER BY m.id + 0 DESC" if several else ""
    return Function(
        name,
        parameters=["varchar[]", "varchar", "varchar", "varchar"],
        columns={"id": "bigint", "text": "varchar", "movies_count": "integer"},
        volatility="STABLE PARALLEL SAFE",
        body=f"""RETURN QUERY
        SELECT w.id, w.text, w.movies_count FROM {WORD} w WHERE w.text = ANY($1) AND w.movies_count > 0
        UNION ALL SELECT * FROM (
            SELECT * FROM (
                SELECT w.id, w.text, w.movies_count FROM {WORD} w WHERE {BEGINS} LIMIT {MAX_BEGINNINGS:d}) AS b
            WHERE b.movies_count > 0 ORDER BY b.movies_count DESC, b.id LIMIT {MAX_ALTERNATIVES:d}) AS beginning
        UNION ALL SELECT * FROM (
            SELECT m.id, ''::varchar, 0 FROM {MOVIE} m WHERE m.title_key = $4 {newest} LIMIT {MAX_NAMESAKES + 1:d}
        ) AS namesake;""",
    )


WORDS = {several: words_function(several=several) for several in (False, True)}
SPELLED = Function(
    "words_with_spelling",
    parameters=["varchar[]"],
    columns={"spelling": "varchar", "id": "bigint", "text": "varchar", "movies_count": "integer"},
    volatility="STABLE PARALLEL SAFE",
    body=f"""RETURN QUERY SELECT s.text, w.id, w.text, w.movies_count
        FROM {SPELLING} s JOIN {WORD} w ON w.id = s.word_id WHERE s.text = ANY($1) AND w.movies_count > 0;""",
)


ONE_WORD = f"SELECT movie_id FROM {POSTING} WHERE word_id = $1 {BEST_FIRST} LIMIT $2 OFFSET $3"
OF_WORD = Statement(
    "of_word",
    parameters=["bigint", "bigint", "bigint"],
    columns={"id": "bigint"},
    text=ONE_WORD,
)

# What most searches are, planned once on PostgreSQL: the best of one group, or of one that has a word of another too.
# Ids and qualities of the group, how many postings of each word, namesakes; page; the preferred; the other group.
FOUND = f"""WITH found AS MATERIALIZED (
    SELECT e.movie_id, MAX(e.score) AS score, MAX(e.popularity) AS popularity FROM (
        SELECT b.* FROM unnest($1, $2) AS a (word_id, quality) CROSS JOIN LATERAL (
            SELECT p.movie_id, p.weight * a.quality AS score, p.popularity FROM {POSTING} p WHERE p.word_id = a.word_id
            ORDER BY p.weight DESC, p.popularity DESC, p.movie_id DESC LIMIT $3) AS b
        UNION ALL
        SELECT p.movie_id, p.weight * a.quality, p.popularity FROM unnest($1, $2) AS a (word_id, quality)
            JOIN {POSTING} p ON p.word_id = a.word_id AND p.movie_id = ANY($4)
    ) AS e GROUP BY e.movie_id)"""
PAIRED = f"""{FOUND}, pair AS MATERIALIZED (
    SELECT f.movie_id, f.popularity, f.score + (
        SELECT MAX(a.quality * (
            SELECT p.weight FROM {POSTING} p WHERE p.word_id = a.word_id AND p.movie_id = f.movie_id))
        FROM unnest($8, $9) AS a (word_id, quality)) AS score FROM found f)"""
CHOSEN = """RETURN QUERY {tables} SELECT f.movie_id, COUNT(*) OVER () FROM {table} f WHERE f.score IS NOT NULL
    ORDER BY CASE WHEN f.movie_id = ANY($7) THEN 0 ELSE 1 END, f.score DESC, f.popularity DESC, f.movie_id DESC
    LIMIT $5 OFFSET $6;"""
GROUP, PAGE = ["bigint[]", "integer[]"], ["bigint", "bigint", "bigint[]"]
BEST_OF_GROUP, BEST_OF_PAIR = (
    Function(
        f"best_of_{table}",
        parameters=[*GROUP, "bigint", "bigint[]", *PAGE, *other],
        columns={"id": "bigint", "total": "bigint"},
        volatility="STABLE PARALLEL SAFE",
        body=CHOSEN.format(tables=tables, table=table),
    )
    for table, tables, other in (("found", FOUND, []), ("pair", PAIRED, GROUP))
)
