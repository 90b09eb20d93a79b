"""Users, what they say about movies, and the counts of it."""

from hashlib import sha256

from benchmarks.dataset.catalogue import Step, fragment
from benchmarks.dataset.sql import PostgreSQL, chance, pick, pick_low

READERS, WRITERS = 1000, 1000  # users with a login that reads, and users with one that writes
RATINGS, LIKES, FAVORITES = 25, 6, 4  # of each ordinary user, each of another movie
SCATTER = 15_485_863  # a prime: the popular movies lie anywhere in the catalogue
UNUSABLE = "!benchmark"  # nobody can log in by password


def token(user_id: int) -> str:
    """The token of a user's login."""
    return sha256(f"benchmark {user_id}".encode()).hexdigest()


def users(sql: PostgreSQL, count: int) -> list[Step]:
    """Ordinary users, then the writers, who have said nothing yet."""
    name = "(SELECT lower(text) FROM bench_first_name WHERE n = i % 50) || (i + 1)"
    joined = sql.timestamp.format(seconds="i")
    shown = "replace(replace(replace(name, 'm', 'rn'), '1', 'l'), '0', 'o')"  # what small letters and digits look like
    skeleton = shown.replace("'o'", "'O'")
    return [
        (
            "users",
            [
                "INSERT INTO accounts_user (id, password, is_superuser, username, username_key, skeleton, shown_skeleton, first_name, "
                "last_name, email, email_key, email_confirmed, is_staff, is_active, date_joined) "
                f"SELECT i + 1, '{UNUSABLE}', {sql.false}, name, name, {skeleton}, {shown}, '', '', name || '@example.com', "
                f"name || '@example.com', {sql.true}, {sql.false}, {sql.true}, {joined} "
                f"FROM (SELECT i, {name} AS name FROM {sql.series(count + WRITERS)}) AS named ORDER BY i"
            ],
        )
    ]


def popular_movie(number: str, each: int, movies: int, purpose: str) -> str:
    """An expression: the movie of the `number`th word, where every user has `each` words, all about other movies.

    The catalogue, in the order of popularity, is cut into `each` stretches, of which the first are far the shortest.
    A user's first word is about a movie of the first stretch, and so on; within a stretch the first ones are preferred.
    """

    def bound(j: str) -> str:
        return f"({j} + {movies - each} * ({j}) * ({j}) * ({j}) / {each**3})"

    j = f"({number} % {each})"
    width = f"({bound(j + ' + 1')} - {bound(j)})"
    low = f"({chance(number, purpose)} % {width} * ({chance(number, purpose + ' again')} % {width}) / {width})"
    return f"(1 + ({bound(j)} + {low}) * {SCATTER} % {movies})"


def feedback(sql: PostgreSQL, movies: int, users: int) -> list[Step]:
    half_stars = f"1 + {pick('movie', 'quality', 4)} + {pick('i', 'liking', 4)} + {pick('i', 'mood', 4)}"
    words = f"SELECT i, 1 + i / {{each}} AS person, {{movie}} AS movie, {sql.timestamp.format(seconds='i')} AS stamp FROM {{series}}"

    def said(each: int, purpose: str) -> str:
        movie = popular_movie("i", each, movies, purpose)
        return f"({words.format(each=each, movie=movie, series=sql.series(each * users))}) AS said ORDER BY i"

    stamp = sql.timestamp.format(seconds="i")
    return [
        (
            "ratings",
            [
                "INSERT INTO movies_rating (id, user_id, movie_id, half_stars, created_at, updated_at) "
                f"SELECT i + 1, person, movie, {half_stars}, stamp, stamp FROM {said(RATINGS, 'rating')}"
            ],
        ),
        (
            "likes",
            [
                "INSERT INTO movies_like (id, user_id, movie_id, created_at) "
                f"SELECT i + 1, person, movie, stamp FROM {said(LIKES, 'like')}"
            ],
        ),
        (
            "favourites",
            [
                "INSERT INTO movies_favorite (id, user_id, movie_id, created_at) "
                f"SELECT i + 1, person, movie, stamp FROM {said(FAVORITES, 'favorite')}"
            ],
        ),
        (
            "comments",
            [
                "INSERT INTO movies_comment (id, user_id, movie_id, text, created_at) "
                f"SELECT i + 1, 1 + {pick('i', 'commenter', users)}, 1 + {pick_low('i', 'commented', movies)}, "
                f"{fragment('i', 'comment')}, {stamp} FROM {sql.series(movies // 10)} ORDER BY i"
            ],
        ),
    ]


def statistics() -> list[Step]:
    counted = " ".join(
        f"LEFT JOIN (SELECT movie_id, COUNT(*) AS n FROM {table} GROUP BY movie_id) AS {name} ON {name}.movie_id = m.id"
        for name, table in (("l", "movies_like"), ("f", "movies_favorite"), ("c", "movies_comment"))
    )
    rated = "(SELECT movie_id, COUNT(*) AS n, SUM(half_stars) AS total FROM movies_rating GROUP BY movie_id) AS r"
    return [
        (
            "counts",
            [
                "INSERT INTO movies_moviestats (movie_id, ratings_sum, ratings_count, likes_count, favorites_count, "
                "comments_count) SELECT m.id, COALESCE(r.total, 0), COALESCE(r.n, 0), COALESCE(l.n, 0), "
                "COALESCE(f.n, 0), COALESCE(c.n, 0) "
                f"FROM movies_movie AS m LEFT JOIN {rated} ON r.movie_id = m.id {counted} ORDER BY m.id"
            ],
        )
    ]
