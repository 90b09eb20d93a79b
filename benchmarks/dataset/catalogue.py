"""Vocabulary, directors, genres and movies."""

from benchmarks.dataset.sql import PostgreSQL, pick, pick_low, values
from benchmarks.dataset.words import BEGINNINGS, COMMON, ENDS, FIRST_NAMES, GENRES, MIDDLES

Step = tuple[str, list[str]]  # what it does, and the statements

VOCABULARY = len({*COMMON, *(b + m + e for b in BEGINNINGS for m in MIDDLES for e in ENDS)})
HEAD = 8000  # a word of rank r has HEAD / r slots (at least one) in the table that titles are drawn from
SLOTS = sum(max(1, HEAD // rank) for rank in range(1, VOCABULARY + 1))
MAX_TITLE_WORDS = 5
FRAGMENTS, FRAGMENT_LENGTH, FRAGMENT_WORDS = 4096, 50, 16  # descriptions are four fragments
MINUTES_BETWEEN_MOVIES = 60
DAYS = 38_700  # of release: 1920 to 2025
FIRST_YEAR, YEARS = 1920, 106


def title_length(movie: str) -> str:
    """An expression: how many words the title of a movie has, 1 to 5."""
    draw = pick(movie, "title length", 20)
    return f"(CASE WHEN {draw} < 2 THEN 1 WHEN {draw} < 9 THEN 2 WHEN {draw} < 15 THEN 3 WHEN {draw} < 18 THEN 4 ELSE 5 END)"


def title_slot(movie: str, position: int | str) -> str:
    """An expression: the slot from which the title's word at `position` (0 to 4) is drawn."""
    return pick(f"({movie}) * {MAX_TITLE_WORDS} + {position}", "title", SLOTS)


def vocabulary(sql: PostgreSQL) -> list[Step]:
    """bench_word (id is the rank, from 1): every word; bench_slot: the words of titles, the frequent ones often."""
    made = f"SELECT b.n * 10000 + m.n * 100 + e.n AS n, b.text || m.text || e.text AS text FROM {values(BEGINNINGS)} AS b, {values(MIDDLES)} AS m, {values(ENDS)} AS e"
    once = (
        f"SELECT MIN(n) AS n, text FROM ({made}) AS made WHERE text NOT IN (SELECT text FROM bench_word) GROUP BY text"
    )
    others = values(dict.fromkeys(name.lower() for name in [*FIRST_NAMES, *GENRES]))
    return [
        (
            "vocabulary",
            [
                "CREATE TEMP TABLE bench_word (id bigint PRIMARY KEY, text varchar(40) UNIQUE, title varchar(40))",
                f"INSERT INTO bench_word (id, text) SELECT n + 1, text FROM {values(COMMON)} AS common",
                "INSERT INTO bench_word (id, text) SELECT "
                f"{len(COMMON)} + ROW_NUMBER() OVER (ORDER BY {pick('n', 'rank', 2**31)}, n), text FROM ({once}) AS once",
                "CREATE TEMP TABLE bench_slot (slot bigint PRIMARY KEY, word_id bigint, title varchar(40))",
                f"INSERT INTO bench_slot WITH RECURSIVE drawn(id, copies) AS (SELECT id, {HEAD} / id FROM bench_word "
                "UNION ALL SELECT id, copies - 1 FROM drawn WHERE copies > 1) "
                "SELECT ROW_NUMBER() OVER (ORDER BY id, copies) - 1, id, upper(substr(text, 1, 1)) || substr(text, 2) "
                "FROM drawn JOIN bench_word USING (id)",
                # First names and genres are words that search knows, but titles are not drawn from them.
                "INSERT INTO bench_word (id, text) SELECT 1000000 + n, text FROM "
                f"{others} AS others WHERE text NOT IN (SELECT text FROM bench_word)",
                # So are the years of release.
                "INSERT INTO bench_word (id, text) SELECT 2000000 + year, CAST(year AS varchar(4)) FROM "
                f"(SELECT {FIRST_YEAR} + n AS year FROM {sql.series(YEARS, 'n')}) AS years",
                "UPDATE bench_word SET title = upper(substr(text, 1, 1)) || substr(text, 2)",
                "CREATE TEMP TABLE bench_first_name (n bigint PRIMARY KEY, text varchar(40))",
                f"INSERT INTO bench_first_name SELECT n, text FROM {values(FIRST_NAMES)} AS names",
            ],
        )
    ]


def fragments(sql: PostgreSQL) -> Step:
    words = " || ' ' || ".join(
        f"(SELECT w.text FROM bench_slot AS s JOIN bench_word AS w ON w.id = s.word_id WHERE s.slot = {slot})"
        for slot in (pick(f"i * {FRAGMENT_WORDS} + {n}", "fragment", SLOTS) for n in range(FRAGMENT_WORDS))
    )
    return (
        "texts",
        [
            "CREATE TEMP TABLE bench_fragment (n bigint PRIMARY KEY, text varchar(50))",
            f"INSERT INTO bench_fragment SELECT i, substr({words}, 1, {FRAGMENT_LENGTH}) FROM {sql.series(FRAGMENTS)}",
        ],
    )


def fragment(number: str, purpose: str) -> str:
    return f"(SELECT text FROM bench_fragment WHERE n = {pick(number, purpose, FRAGMENTS)})"


def named(sql: PostgreSQL, directors: int) -> list[Step]:
    """Directors (first name and surname, each pair once) and genres."""
    now = sql.timestamp.format(seconds=0)
    first = len(FIRST_NAMES)
    surname = f"(SELECT title FROM bench_word WHERE id = {len(COMMON) + 1} + i / {first})"
    name = f"(SELECT text FROM bench_first_name WHERE n = i % {first}) || ' ' || {surname}"
    columns = "(id, name, name_key, plain_name, created_at, updated_at)"
    return [
        (
            "directors and genres",
            [
                "DELETE FROM movies_genrealias",  # every other name would be another posting of a movie
                f"INSERT INTO movies_genre {columns} SELECT n + 1, text, lower(text), lower(text), {now}, {now} "
                f"FROM {values(GENRES)} AS genres ORDER BY n",
                f"INSERT INTO movies_director {columns} SELECT id, name, lower(name), lower(name), {now}, {now} "
                f"FROM (SELECT i + 1 AS id, {name} AS name FROM {sql.series(directors)}) AS directors ORDER BY id",
            ],
        )
    ]


def movies(sql: PostgreSQL, count: int, directors: int, users: int) -> list[Step]:
    """`i` counts the movies from 0; the movie's id is i + 1. A few have no date, duration or creator."""
    title = "".join(
        f"{' || ' * bool(n)}CASE WHEN {n} < {title_length('i')} THEN "
        f"{chr(39) + ' ' + chr(39) + ' || ' if n else ''}(SELECT title FROM bench_slot WHERE slot = {title_slot('i', n)}) "
        "ELSE '' END"
        for n in range(MAX_TITLE_WORDS)
    )
    sort_title = "CASE WHEN lower(title) LIKE 'the %' AND lower(title) <> 'the the' THEN substr(lower(title), 5) ELSE lower(title) END"
    description = " || ".join(fragment("i", f"description {n}") for n in range(4))
    release = f"CASE WHEN {pick('i', 'no date', 50)} = 0 THEN NULL ELSE {sql.date.format(days=f'{DAYS - 1} - ' + pick_low('i', 'date', DAYS))} END"
    duration = f"CASE WHEN {pick('i', 'no duration', 50)} = 0 THEN NULL ELSE 45 + {pick('i', 'duration', 150)} END"
    creator = f"CASE WHEN {pick('i', 'no creator', 4)} = 0 THEN NULL ELSE 1 + {pick('i', 'creator', users)} END"
    added = sql.timestamp.format(seconds=f"i * {MINUTES_BETWEEN_MOVIES}")
    genres = f"(1 + ({pick_low('i', 'genre', 20)} + CASE n WHEN 0 THEN 0 WHEN 1 THEN 1 + {pick('i', 'genre 2', 9)} ELSE 10 + {pick('i', 'genre 3', 10)} END) % 20)"
    return [
        (
            "movies",
            [
                "INSERT INTO movies_movie (id, uuid, title, title_key, plain_title, sort_title, description, release_date, duration, director_id, "
                "cover_image, user_id, created_at, updated_at) "
                f"SELECT i + 1, {sql.uuid('i')}, title, lower(title), lower(title), {sort_title}, {description}, {release}, {duration}, "
                f"1 + {pick_low('i', 'director', directors)}, '', {creator}, {added}, {added} "
                f"FROM (SELECT i, {title} AS title FROM {sql.series(count)}) AS titled ORDER BY i"
            ],
        ),
        (
            "directors and genres of movies",
            [
                "INSERT INTO movies_moviedirector (id, movie_id, director_id) "
                "SELECT id, id, director_id FROM movies_movie ORDER BY id",
                "INSERT INTO movies_moviegenre (id, movie_id, genre_id) "
                f"SELECT i * 3 + n + 1, i + 1, {genres} FROM {sql.series(count)} CROSS JOIN {sql.series(3, 'n')} "
                f"WHERE n <= {pick('i', 'genres', 3)} ORDER BY i, n",
            ],
        ),
    ]


def tallies() -> list[Step]:
    """What `movies.tallies` keeps."""
    from movies.models import Tally  # not above: the harness imports this module without Django
    from movies.models.tally import LARGE, SMALL

    ranges = [
        f"SELECT {kind:d}, id / {width}, COUNT(*) FROM movies_movie GROUP BY id / {width}"
        for kind, width in ((Tally.Kind.LARGE_RANGE, LARGE), (Tally.Kind.SMALL_RANGE, SMALL))
    ]
    counted = [
        f"SELECT {Tally.Kind.ALL:d}, 0, COUNT(*) FROM movies_movie",
        f"SELECT {Tally.Kind.GENRE:d}, genre_id, COUNT(*) FROM movies_moviegenre GROUP BY genre_id",
        *ranges,
    ]
    filled = [f"INSERT INTO movies_tally (kind, key, count) {query}" for query in counted]
    return [("tallies", ["DELETE FROM movies_tally", *filled])]
