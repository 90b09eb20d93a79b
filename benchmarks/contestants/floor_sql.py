"""The statements of the floor: one for each thing that can be asked, on the tables as the migrations make them.

Totals and page anchors come from two small tables that the data set keeps (a server has to keep them somehow, too).
`$1` stands for the first parameter, `$2` for the second.
"""

from collections.abc import Callable

from benchmarks.contestants import floor_search

COLUMNS = (
    "m.id, m.uuid, m.title, m.description, m.release_date, m.duration, m.director_id, d.name, m.cover_image, "
    "s.average_rating, s.ratings_count, s.likes_count, s.favorites_count, s.comments_count, m.user_id, u.username, "
    "m.created_at, m.updated_at"
)
GENRES = {
    "postgresql": "ARRAY(SELECT g.genre_id FROM movies_moviegenre AS g WHERE g.movie_id = m.id ORDER BY g.id)",
    "sqlite": "(SELECT group_concat(genre_id) FROM (SELECT genre_id FROM movies_moviegenre WHERE movie_id = m.id ORDER BY id))",
}
# Of the movies with several directors all but the first, which is among the columns.
OTHERS = """CASE WHEN m.is_co_directed THEN (SELECT {list} FROM (SELECT e.id, e.name FROM movies_moviedirector AS k
    JOIN movies_director AS e ON e.id = k.director_id WHERE k.movie_id = m.id AND e.id <> m.director_id ORDER BY k.id) AS o)
    END"""
OTHER_DIRECTORS = {
    "postgresql": OTHERS.format(list="CAST(json_agg(json_build_object('id', o.id, 'name', o.name)) AS text)"),
    "sqlite": OTHERS.format(list="json_group_array(json_object('id', o.id, 'name', o.name))"),
}
JOINS = (
    "JOIN movies_moviestats AS s ON s.movie_id = m.id LEFT JOIN movies_director AS d ON d.id = m.director_id "
    "LEFT JOIN accounts_user AS u ON u.id = m.user_id"
)
NOBODY = "FALSE, FALSE, NULL"
CALLER = (
    "(SELECT o.id, o.password, l.password_digest FROM accounts_session AS l JOIN accounts_user AS o ON o.id = l.user_id "
    "WHERE l.token_digest = {token} AND l.expires_at > CURRENT_TIMESTAMP AND o.is_active) AS c"
)
OWN = (
    "EXISTS (SELECT 1 FROM movies_favorite AS x WHERE x.user_id = c.id AND x.movie_id = m.id), "
    "EXISTS (SELECT 1 FROM movies_like AS x WHERE x.user_id = c.id AND x.movie_id = m.id), "
    "(SELECT x.half_stars FROM movies_rating AS x WHERE x.user_id = c.id AND x.movie_id = m.id)"
)
TOTAL = "(SELECT total FROM bench_total WHERE genre_id = {})"
PAGE = (
    "(SELECT id FROM movies_movie WHERE id <= (SELECT movie_id FROM bench_anchor WHERE n = $1) "
    "ORDER BY id DESC LIMIT 20 OFFSET $2) AS page JOIN movies_movie AS m ON m.id = page.id"
)


def statements(vendor: str) -> dict[str, str]:
    """Name → statement. Every row is a movie, its genres, the caller's own, and what else the answer needs."""

    def rows(source: str, order: str, *, extra: str = "NULL", token: str = "") -> str:
        caller = f"CROSS JOIN {CALLER.format(token=token)}" if token else ""
        own = f"{OWN}, {extra}, c.password, c.password_digest" if token else f"{NOBODY}, {extra}"
        return f"SELECT {COLUMNS}, {OTHER_DIRECTORS[vendor]}, {GENRES[vendor]}, {own} FROM {source} {JOINS} {caller} {order}"

    newest_first = "ORDER BY m.id DESC"
    # OFFSET keeps the planner from joining, and thus reading, all movies of the genre: the best ones come soon.
    has_genre = "EXISTS (SELECT 1 FROM movies_moviegenre AS g WHERE g.movie_id = i.movie_id AND g.genre_id = {} LIMIT 1 OFFSET 0)"
    best_rated = (
        f"(SELECT i.movie_id FROM movies_moviestats AS i WHERE {has_genre.format('$1')} "
        "ORDER BY i.average_rating DESC, i.movie_id DESC LIMIT 20 OFFSET $2) AS page JOIN movies_movie AS m ON m.id = page.movie_id"
    )
    most_liked = (
        "(SELECT movie_id FROM movies_moviestats WHERE favorites_count > 0 ORDER BY favorites_count DESC, movie_id DESC "
        "LIMIT 10) AS page JOIN movies_movie AS m ON m.id = page.movie_id"
    )
    newest = (
        "(SELECT id FROM movies_movie WHERE release_date IS NOT NULL ORDER BY release_date DESC, id DESC LIMIT 5) AS page "
        "JOIN movies_movie AS m ON m.id = page.id"
    )
    after = "(SELECT id FROM movies_movie WHERE id < $1 ORDER BY id DESC LIMIT 20) AS page JOIN movies_movie AS m ON m.id = page.id"
    one = "(SELECT id FROM movies_movie WHERE id = $1) AS page JOIN movies_movie AS m ON m.id = page.id"
    best_first = "ORDER BY s.favorites_count DESC, m.id DESC"
    return {
        "page": rows(PAGE, newest_first, extra=TOTAL.format(0)),
        "own_page": rows(PAGE, newest_first, extra=TOTAL.format(0), token="$3"),
        "after": rows(after, newest_first, extra=TOTAL.format(0)),
        "movie": rows(one, ""),
        "own_movie": rows(one, "", token="$2"),
        "best_rated": rows(best_rated, "ORDER BY s.average_rating DESC, m.id DESC", extra=TOTAL.format("$1")),
        "most_liked": rows(most_liked, best_first),
        "newest": rows(newest, "ORDER BY m.release_date DESC, m.id DESC"),
        "categories": categories(vendor, rows, has_genre),
        **floor_search.statements(vendor, rows),
        **WRITES[vendor],
    }


def categories(vendor: str, rows: Callable[..., str], has_genre: str) -> str:
    best = "ORDER BY i.favorites_count DESC, i.movie_id DESC LIMIT 5"
    if vendor == "postgresql":
        lateral = f"(SELECT i.movie_id FROM movies_moviestats AS i WHERE {has_genre.format('k.id')} {best}) AS top"
        page = (
            f"(SELECT k.id AS genre_id, k.name_key, top.movie_id FROM movies_genre AS k CROSS JOIN LATERAL {lateral})"
        )
    else:  # SQLite has no LATERAL; the genres of the data set have the ids from 1 to 20
        tops = (
            f"SELECT * FROM (SELECT {n} AS genre_id, i.movie_id FROM movies_moviestats AS i WHERE {has_genre.format(n)} {best})"
            for n in range(1, 21)
        )
        page = f"(SELECT k.id AS genre_id, k.name_key, top.movie_id FROM ({' UNION ALL '.join(tops)}) AS top JOIN movies_genre AS k ON k.id = top.genre_id)"
    source = f"{page} AS page JOIN movies_movie AS m ON m.id = page.movie_id"
    return rows(source, "ORDER BY page.name_key, s.favorites_count DESC, m.id DESC", extra="page.genre_id")


LOCKED = (
    "SELECT c.id, c.username, m.user_id, c.password, c.password_digest FROM (SELECT o.id, o.username, o.password, "
    "l.password_digest FROM accounts_session AS l JOIN accounts_user AS o ON o.id = l.user_id WHERE l.token_digest = $1 "
    "AND l.expires_at > CURRENT_TIMESTAMP AND o.is_active) AS c "
    "CROSS JOIN movies_moviestats AS s JOIN movies_movie AS m ON m.id = s.movie_id WHERE s.movie_id = $2"
)
RATE = (
    "INSERT INTO movies_rating (user_id, movie_id, half_stars, created_at, updated_at) "
    "VALUES ($1, $2, $3, {now}, {now}) ON CONFLICT (user_id, movie_id) DO UPDATE "
    "SET half_stars = EXCLUDED.half_stars, updated_at = EXCLUDED.updated_at RETURNING id, created_at, updated_at"
)
LIKE = (
    "INSERT INTO movies_like (user_id, movie_id, created_at) VALUES ($1, $2, {now}) ON CONFLICT DO NOTHING RETURNING id"
)
OLD_RATING = "SELECT half_stars FROM movies_rating WHERE user_id = $1 AND movie_id = $2"
NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now') || '000'"  # as Django writes it on SQLite

WRITES = {
    # One statement does it all, after another one has locked the counts, so that it sees what came before.
    "postgresql": {
        "locked": f"{LOCKED} FOR UPDATE OF s",
        "rate": (
            f"WITH old AS ({OLD_RATING}), new AS ({RATE.format(now='now()')}), counted AS (UPDATE movies_moviestats SET "
            "ratings_sum = ratings_sum + $3 - COALESCE((SELECT half_stars FROM old), 0), "
            "ratings_count = ratings_count + CASE WHEN EXISTS (SELECT 1 FROM old) THEN 0 ELSE 1 END WHERE movie_id = $2) "
            "SELECT id, created_at, updated_at, NOT EXISTS (SELECT 1 FROM old) FROM new"
        ),
        "like": (
            f"WITH new AS ({LIKE.format(now='now()')}), counted AS (UPDATE movies_moviestats SET likes_count = likes_count + 1 "
            "WHERE movie_id = $2 AND EXISTS (SELECT 1 FROM new) RETURNING likes_count) SELECT EXISTS (SELECT 1 FROM new), "
            "COALESCE((SELECT likes_count FROM counted), (SELECT likes_count FROM movies_moviestats WHERE movie_id = $2))"
        ),
    },
    "sqlite": {
        "locked": LOCKED,
        "old": OLD_RATING,
        "rate": RATE.format(now=NOW),
        "count_rating": "UPDATE movies_moviestats SET ratings_sum = ratings_sum + $1, ratings_count = ratings_count + $2 WHERE movie_id = $3",
        "like": LIKE.format(now=NOW),
        "count_like": "UPDATE movies_moviestats SET likes_count = likes_count + 1 WHERE movie_id = $1",
        "likes": "SELECT likes_count FROM movies_moviestats WHERE movie_id = $1",
    },
}
