"""What takes back the films that a measurement added, so that everybody adds to the same catalogue."""

from collections.abc import Iterator

# After `movies.models.tally`: the kinds of tallies, and how many ids a range spans.
ALL, OF_GENRE, LARGE_RANGE, SMALL_RANGE = range(4)
LARGE, SMALL = 16_384, 256
CHILDREN = ("searchposting", "moviegenre", "moviedirector", "moviestats")
# The data set has no mail, so whatever is here announces a film of the benchmark.
MAIL = (
    "accounts_accountmail",
    "post_office_attachment_emails",
    "post_office_log",
    "post_office_email",
    "movies_mailallowance",
)


def take_out_movies(size: int) -> Iterator[str]:
    """Statements that delete every movie with an id above `size`, and take it out of what is counted."""
    of_new = f"movie_id > {size}"
    words = f"SELECT word_id, COUNT(*) AS n FROM movies_searchposting WHERE {of_new} GROUP BY word_id"
    yield f"CREATE TEMP TABLE new_words AS {words}"
    yield (
        "UPDATE movies_searchword SET movies_count = movies_count - (SELECT n FROM new_words WHERE word_id = id) "
        "WHERE id IN (SELECT word_id FROM new_words)"
    )
    yield "DROP TABLE new_words"
    yield f"CREATE TEMP TABLE new_tallies AS {' UNION ALL '.join(new_tallies(size))}"
    yield (
        "UPDATE movies_tally AS t SET count = count - (SELECT n FROM new_tallies AS x WHERE x.kind = t.kind AND "
        "x.key = t.key) WHERE EXISTS (SELECT 1 FROM new_tallies AS x WHERE x.kind = t.kind AND x.key = t.key)"
    )
    yield "DROP TABLE new_tallies"
    yield f"DELETE FROM movies_tally WHERE kind >= {LARGE_RANGE} AND count = 0"
    for table in CHILDREN:
        yield f"DELETE FROM movies_{table} WHERE {of_new}"
    yield f"DELETE FROM movies_movie WHERE id > {size}"
    for table in MAIL:
        yield f"DELETE FROM {table}"


def new_tallies(size: int) -> Iterator[str]:
    """Queries: kind, key, and how many of the new movies are counted there."""
    new = f"FROM movies_movie WHERE id > {size}"
    yield f"SELECT {ALL} AS kind, 0 AS key, COUNT(*) AS n {new}"
    yield (f"SELECT {OF_GENRE}, genre_id, COUNT(*) FROM movies_moviegenre WHERE movie_id > {size} GROUP BY genre_id")
    for kind, width in ((LARGE_RANGE, LARGE), (SMALL_RANGE, SMALL)):
        yield f"SELECT {kind}, id / {width}, COUNT(*) {new} GROUP BY id / {width}"
