"""What `movies.search` would have indexed, made in SQL; and the questions that the benchmark asks."""

from math import sqrt

from benchmarks.dataset.catalogue import MAX_TITLE_WORDS, Step, title_length, title_slot
from benchmarks.dataset.sql import POPULARITY, PostgreSQL, pick
from movies.search import DIRECTOR_WEIGHT, GENRE_WEIGHT, TITLE_WEIGHT, YEAR_WEIGHT

QUESTIONS = 50  # of each kind
LONGEST = 25  # of our words


def title_weight(length: str) -> str:
    """An expression: what a word of a title of so many words weighs, as `weighted_words` says."""
    cases = " ".join(f"WHEN {n} THEN {round(TITLE_WEIGHT / sqrt(n))}" for n in range(1, MAX_TITLE_WORDS + 1))
    return f"(CASE {length} {cases} END)"


def postings(sql: PostgreSQL, movies: int) -> list[Step]:
    # A word counts once in each text, and its weights in the texts of one movie are added.
    titles = (
        f"SELECT DISTINCT i + 1 AS movie_id, word_id, {title_weight(title_length('i'))} AS weight "
        f"FROM {sql.series(movies)} CROSS JOIN {sql.series(MAX_TITLE_WORDS, 'n')} "
        f"JOIN bench_slot ON slot = {title_slot('i', 'n')} WHERE n < {title_length('i')}"
    )
    surname = "substr(d.name, 2 + length(f.text))"
    names = (
        f"SELECT d.id AS director_id, w.id AS word_id, {round(DIRECTOR_WEIGHT / sqrt(2))} AS weight "
        "FROM movies_director AS d JOIN bench_first_name AS f ON f.n = (d.id - 1) % 50 "
        f"JOIN bench_word AS w ON w.text IN (lower(f.text), lower({surname}))"
    )
    directors = (
        "SELECT m.id AS movie_id, word_id, weight FROM movies_movie AS m JOIN bench_director_word USING (director_id)"
    )
    genres = (
        f"SELECT movie_id, w.id AS word_id, {GENRE_WEIGHT} AS weight FROM movies_moviegenre "
        "JOIN movies_genre AS g ON g.id = genre_id JOIN bench_word AS w ON w.text = g.name_key"
    )
    years = (
        f"SELECT m.id AS movie_id, w.id AS word_id, {YEAR_WEIGHT} AS weight FROM movies_movie AS m "
        "JOIN bench_word AS w ON w.text = substr(CAST(m.release_date AS text), 1, 4)"
    )
    texts = " UNION ALL ".join([titles, directors, genres, years])
    return [
        (
            "search: postings",
            [
                f"CREATE TEMP TABLE bench_director_word AS {names}",
                "INSERT INTO movies_searchposting (word_id, movie_id, weight, popularity) "
                f"SELECT word_id, movie_id, weight, {POPULARITY} FROM (SELECT word_id, movie_id, "
                f"SUM(weight) AS weight FROM ({texts}) AS texts "
                "GROUP BY word_id, movie_id) AS weighted JOIN movies_moviestats USING (movie_id) "
                "ORDER BY word_id, movie_id",
            ],
        ),
        (
            "search: words and spellings",
            [
                "INSERT INTO movies_searchword (id, text, movies_count) SELECT id, text, n FROM bench_word JOIN "
                "(SELECT word_id AS id, COUNT(*) AS n FROM movies_searchposting GROUP BY word_id) AS counted USING (id) "
                "ORDER BY id",
                "INSERT INTO movies_searchspelling (text, word_id) SELECT DISTINCT text, id FROM ("
                "SELECT id, text FROM movies_searchword UNION ALL "
                "SELECT id, substr(text, 1, CAST(n AS integer)) || substr(text, CAST(n + 2 AS integer)) "
                f"FROM movies_searchword JOIN {sql.series(LONGEST, 'n')} ON n < length(text)) AS spelled "
                "ORDER BY text, id",
            ],
        ),
    ]


def questions() -> list[Step]:
    """bench_question: what the search scenarios ask for, by kind.

    rare: 1 to 20 movies have the word. common: the most frequent words, but for years. prefix: the first letters of a
    word, none by themselves. two: the whole title of a movie of two words. typo: a word with a letter replaced, none with it.
    """
    words = "SELECT text, movies_count AS n, id FROM movies_searchword"
    unknown = "NOT EXISTS (SELECT 1 FROM movies_searchword AS w WHERE substr(w.text, 1, length(asked)) = asked)"
    typo = "substr(text, 1, 3) || 'q' || substr(text, 5)"
    shuffled = f"ORDER BY {pick('id', 'question', 2**31)}, id LIMIT {QUESTIONS}"
    kinds = {
        "rare": f"SELECT text FROM ({words}) AS words WHERE n BETWEEN 1 AND 20 AND length(text) > 5 {shuffled}",
        "common": f"SELECT text FROM ({words}) AS words WHERE length(text) > 2 AND text > 'a' ORDER BY n DESC, id LIMIT 10",
        "prefix": "SELECT DISTINCT asked FROM (SELECT substr(text, 1, 5) AS asked FROM ("
        f"SELECT * FROM ({words}) AS words WHERE length(text) > 8 {shuffled}) AS longer) AS prefixes "
        "WHERE asked NOT IN (SELECT text FROM movies_searchword)",
        "two": "SELECT title_key FROM movies_movie WHERE title_key LIKE '% %' AND title_key NOT LIKE '% % %' "
        f"AND length(title_key) > 8 {shuffled}",
        "typo": f"SELECT asked FROM (SELECT {typo} AS asked, id FROM ({words}) AS words WHERE length(text) > 6 "
        f"{shuffled}) AS misspelled WHERE {unknown}",
    }
    asked = [
        f"INSERT INTO bench_question SELECT '{kind}', asked.* FROM ({query}) AS asked" for kind, query in kinds.items()
    ]
    return [("questions", ["CREATE TABLE bench_question (kind varchar(10), text varchar(80))", *asked])]


def kept_for_the_floor() -> list[Step]:
    """What a server at the floor would keep instead of counting: totals, and every hundredth id from the newest on."""
    return [
        (
            "totals and anchors",
            [
                "CREATE TABLE bench_total (genre_id bigint PRIMARY KEY, total bigint NOT NULL)",
                "INSERT INTO bench_total SELECT 0, COUNT(*) FROM movies_movie",
                "INSERT INTO bench_total SELECT genre_id, COUNT(*) FROM movies_moviegenre GROUP BY genre_id",
                "CREATE TABLE bench_anchor (n bigint PRIMARY KEY, movie_id bigint NOT NULL)",
                "INSERT INTO bench_anchor SELECT (r - 1) / 100, id FROM ("
                "SELECT id, ROW_NUMBER() OVER (ORDER BY id DESC) AS r FROM movies_movie) AS numbered WHERE r % 100 = 1",
            ],
        )
    ]
