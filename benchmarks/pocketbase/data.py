"""PocketBase's copy of a data set: the same films, people and words, in a file of its own, copied by SQLite itself.

Its ids are those of Marquee in PocketBase's form, fifteen digits, so that whatever is asked of one can be asked of the
other.
"""

import base64
import hashlib
import hmac
import re
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import orjson

from benchmarks.processes import ROOT

COLLECTIONS = ROOT / "benchmarks" / "contestants" / "pocketbase"
BINARY = ROOT / ".venv-bench" / "bin" / "pocketbase"
MIGRATIONS = COLLECTIONS / "pb_migrations"
LARGEST = 1_000_000  # films of a data set that PocketBase takes part in
WRITTEN = ("ratings", "likes", "comments")  # collections that the scenarios add to, beside films
TOKEN_DAYS = 30


def record_id(number: int) -> str:
    """The id that PocketBase has for the row of Marquee's with this id."""
    return f"{number:015d}"


# --- The copy -------------------------------------------------------------------------------------------------------


def own_id(column: str) -> str:
    """An expression: the id in PocketBase's form, nothing for NULL."""
    return f"CASE WHEN {column} IS NULL THEN '' ELSE printf('%015d', {column}) END"


def ids_of(table: str, column: str) -> str:
    """An expression: the array of what `table` joins to the film `m`, in the order in which they were joined."""
    query = f"SELECT {column} FROM source.{table} WHERE movie_id = m.id ORDER BY id"
    return f"(SELECT json_group_array(printf('%015d', {column})) FROM ({query}))"


def moment(column: str) -> str:
    return f"strftime('%Y-%m-%d %H:%M:%fZ', {column})"


ID = own_id("id")
SAID = "id, movie, user, created, updated"
SAYS = f"{ID}, {own_id('movie_id')}, {own_id('user_id')}, {moment('created_at')}"
NAMED = f"{ID}, name, {moment('created_at')}, {moment('updated_at')}"
# Words before films: the triggers that count them find no film yet, and the films bring their counts.
COPY = [
    f"INSERT INTO genres (id, name, created, updated) SELECT {NAMED} FROM source.movies_genre ORDER BY id",
    f"INSERT INTO directors (id, name, created, updated) SELECT {NAMED} FROM source.movies_director ORDER BY id",
    "INSERT INTO users (id, email, username, password, tokenKey, verified, created, updated) "
    f"SELECT {ID}, email, username, '', 'key-of-' || {ID}, TRUE, {moment('date_joined')}, {moment('date_joined')} "
    "FROM source.accounts_user ORDER BY id",
    f"INSERT INTO ratings ({SAID}, half_stars) SELECT {SAYS}, {moment('updated_at')}, half_stars "
    "FROM source.movies_rating ORDER BY id",
    f"INSERT INTO likes ({SAID}) SELECT {SAYS}, {moment('created_at')} FROM source.movies_like ORDER BY id",
    f"INSERT INTO favorites ({SAID}) SELECT {SAYS}, {moment('created_at')} FROM source.movies_favorite ORDER BY id",
    f"INSERT INTO comments ({SAID}, text) SELECT {SAYS}, {moment('created_at')}, text "
    "FROM source.movies_comment ORDER BY id",
    "INSERT INTO movies (id, title, description, release_date, duration, directors, genres, user, average_rating, "
    "ratings_sum, ratings_count, likes_count, favorites_count, comments_count, created, updated) "
    f"SELECT {own_id('m.id')}, title, description, coalesce(release_date, ''), coalesce(duration, 0), "
    f"{ids_of('movies_moviedirector', 'director_id')}, {ids_of('movies_moviegenre', 'genre_id')}, {own_id('user_id')}, "
    "round(average_rating, 2), ratings_sum, ratings_count, likes_count, favorites_count, comments_count, "
    f"{moment('created_at')}, {moment('updated_at')} FROM source.movies_movie AS m "
    "JOIN source.movies_moviestats AS s ON s.movie_id = m.id ORDER BY m.id",
]


def stamp(source: Path) -> str:
    """Names what a copy was made of: another data set, layout or PocketBase has another one."""
    digest = hashlib.sha256(source.name.encode())
    for file in [Path(__file__), *sorted(MIGRATIONS.glob("*.js")), ROOT / "requirements-bench.in"]:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:8]


def ensure(source: Path, size: int, folder: Path) -> Path:
    """PocketBase's folder for the data set in the file `source`. One that is half made or outdated is replaced."""
    wanted, draft = folder / f"pocketbase_{size}_{stamp(source)}", folder / f"pocketbase_draft_{size}"
    if not wanted.exists():
        for outdated in [draft, *folder.glob(f"pocketbase_{size}_*")]:
            shutil.rmtree(outdated, ignore_errors=True)
        print(f"Copying {size:,} movies for PocketBase …", flush=True)
        run("migrate", "up", folder=draft)
        copy(source, draft / "data.db")
        draft.rename(wanted)
    return wanted


def options(folder: Path) -> list[str]:
    return [f"--dir={folder}", f"--migrationsDir={MIGRATIONS}", "--automigrate=false", f"--publicDir={folder}/public"]


def run(*arguments: str, folder: Path) -> None:
    result = subprocess.run([str(BINARY), *options(folder), *arguments], capture_output=True, text=True)
    if result.returncode:
        raise SystemExit(f"PocketBase failed:\n{result.stdout}{result.stderr}")


def copy(source: Path, target: Path) -> None:
    connection = sqlite3.connect(target, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = OFF")  # an unfinished copy is thrown away
        connection.execute("ATTACH ? AS source", (str(source),))
        connection.execute("BEGIN")
        for statement in COPY:
            connection.execute(statement)
        connection.execute("COMMIT")
        connection.execute("ANALYZE main")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def synchronous() -> str:
    """How its writes reach the disk, by what its program asks of SQLite; it cannot be told otherwise."""
    found = re.search(rb"_pragma=synchronous\(([A-Z]+)\)", BINARY.read_bytes())
    if found is None:
        raise SystemExit("PocketBase does not say how it writes: `synchronous` is not in its program.")
    return found[1].decode()


# --- The harness's view ---------------------------------------------------------------------------------------------


def part(data: Any) -> str:
    content = data if isinstance(data, bytes) else orjson.dumps(data)
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


class PocketData:
    """The harness's own view of PocketBase's copy."""

    def __init__(self, folder: Path, *, movies: int, last_reader: int) -> None:
        self.movies, self.last_reader = movies, last_reader
        self.connection = sqlite3.connect(folder / "data.db", timeout=60, isolation_level=None)
        query = "SELECT id, json_extract(options, '$.authToken.secret') FROM _collections WHERE name = 'users'"
        self.users, self.secret = self.connection.execute(query).fetchone()

    def close(self) -> None:
        self.connection.close()

    def token(self, user_id: int) -> str:
        """What PocketBase itself would hand out to the user: a JSON Web Token by HMAC with SHA-256."""
        header = {"alg": "HS256", "typ": "JWT"}
        expires = int(time.time()) + TOKEN_DAYS * 86_400
        person = record_id(user_id)
        claims = {"type": "auth", "id": person, "collectionId": self.users, "refreshable": True, "exp": expires}
        signed = f"{part(header)}.{part(claims)}"
        key = f"key-of-{person}{self.secret}".encode()
        return f"{signed}.{part(hmac.digest(key, signed.encode(), 'sha256'))}"

    def renew_logins(self) -> None:
        """Nothing: a token holds what there is to know about a login."""

    def undo(self) -> None:
        """Takes back what the writers said and added; the triggers take it out of the counts."""
        self.connection.execute("BEGIN IMMEDIATE")
        for collection in WRITTEN:
            self.connection.execute(f"DELETE FROM {collection} WHERE user > ?", (record_id(self.last_reader),))
        self.connection.execute("DELETE FROM movies WHERE rowid > ?", (self.movies,))
        self.connection.execute("COMMIT")

    def wrong_counts(self, movie_ids: list[int]) -> list[tuple[Any, ...]]:
        """Movies among these whose kept counts are not those of the collections."""
        tallies = {
            "ratings_sum": "coalesce(sum(half_stars), 0) FROM ratings",
            "ratings_count": "count(*) FROM ratings",
            "likes_count": "count(*) FROM likes",
            "comments_count": "count(*) FROM comments",
        }
        wrong = " OR ".join(f"{name} <> (SELECT {tally} AS t WHERE t.movie = m.id)" for name, tally in tallies.items())
        ids = ", ".join(f"'{record_id(movie_id)}'" for movie_id in movie_ids)
        return self.connection.execute(f"SELECT id FROM movies AS m WHERE id IN ({ids}) AND ({wrong})").fetchall()

    def counts(self, movie_ids: list[int]) -> list[tuple[Any, ...]]:
        """Of these movies: id, sum of half stars, and how many ratings, likes and comments."""
        ids = ", ".join(f"'{record_id(movie_id)}'" for movie_id in movie_ids)
        columns = "CAST(id AS integer), ratings_sum, ratings_count, likes_count, comments_count"
        return self.connection.execute(f"SELECT {columns} FROM movies WHERE id IN ({ids}) ORDER BY id").fetchall()
