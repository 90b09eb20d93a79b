"""The data sets between runs: made when they are missing, replaced when the generator or a migration has changed."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg2

from benchmarks.dataset import stamp
from benchmarks.dataset.community import UNUSABLE, WRITERS
from benchmarks.dataset.sql import POPULARITY
from benchmarks.postgres import Cluster
from benchmarks.processes import ROOT
from benchmarks.undo import take_out_movies

TALLIES = {
    "ratings_sum": "COALESCE(SUM(half_stars), 0) FROM movies_rating",
    "ratings_count": "COUNT(*) FROM movies_rating",
    "likes_count": "COUNT(*) FROM movies_like",
    "comments_count": "COUNT(*) FROM movies_comment",
}
SAID = ("movies_rating", "movies_like", "movies_comment")  # what the writers have said


def beginning_of_name(size: int, root: Path) -> str:
    return f"{'marquee' if root == ROOT else 'baseline'}_{size}_"


def name_of(size: int, root: Path) -> str:
    return beginning_of_name(size, root) + stamp(root)


def generate(size: int, url: str, folder: Path, root: Path) -> None:
    """By the checkout whose data set it is: another one has other tables."""
    print(f"Generating {size:,} movies …", flush=True)
    python = sys.executable if root == ROOT else str(root / ".venv" / "bin" / "python")
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "VAR_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    if url.startswith("postgres"):
        environment["PGOPTIONS"] = "-c statement_timeout=0"
    subprocess.run([python, "-m", "benchmarks.dataset", str(size)], cwd=root, env=environment, check=True)


def ensure_postgres(cluster: Cluster, size: int, folder: Path, root: Path = ROOT) -> str:
    """The URL of the data set. A half-made one has another name, and an outdated one is dropped."""
    wanted, draft = name_of(size, root), f"draft_{size}"
    if wanted not in cluster.names():
        for name in cluster.names():
            if name == draft or name.startswith(beginning_of_name(size, root)):
                cluster.command(f"DROP DATABASE {name}")
        cluster.command(f"CREATE DATABASE {draft}")
        generate(size, cluster.url(draft), folder, root)
        cluster.command(f"ALTER DATABASE {draft} RENAME TO {wanted}")
    return cluster.url(wanted)


def ensure_sqlite(size: int, folder: Path, root: Path = ROOT) -> str:
    wanted, draft = folder / f"{name_of(size, root)}.sqlite3", folder / f"draft_{size}.sqlite3"
    if not wanted.exists():
        for pattern in (f"draft_{size}.sqlite3*", f"{beginning_of_name(size, root)}*.sqlite3*"):
            for outdated in folder.glob(pattern):
                outdated.unlink()
        generate(size, f"sqlite:///{draft}", folder, root)
        draft.rename(wanted)
    return f"sqlite:///{wanted}"


class Data:
    """The harness's own view of a data set."""

    def __init__(self, url: str, size: int) -> None:
        self.url, self.size = url, size
        self.vendor = "sqlite" if url.startswith("sqlite") else "postgresql"
        self.connection: Any
        if self.vendor == "sqlite":
            self.connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=60, isolation_level=None)
        else:
            self.connection = psycopg2.connect(url)
            self.connection.autocommit = True
        self.movies = size  # a run that was killed may have left more
        # Not the last of all: the server adds an administrator, who has no login here.
        self.last_reader = self.rows(f"SELECT MAX(id) FROM accounts_user WHERE password = '{UNUSABLE}'")[0][0] - WRITERS

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        cursor = self.connection.cursor()
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        self.connection.close()

    def version(self) -> str:
        if self.vendor == "sqlite":
            return f"SQLite {sqlite3.sqlite_version}"
        return " ".join(self.rows("SELECT version()")[0][0].split()[:2])

    def questions(self, kind: str) -> list[str]:
        return [text for (text,) in self.rows(f"SELECT text FROM bench_question WHERE kind = '{kind}' ORDER BY text")]

    def renew_logins(self) -> None:
        """As if all had been used just now: nobody shall measure the hourly note of their use."""
        then = "now(), expires_at = now() + INTERVAL '30 days'"
        if self.vendor == "sqlite":
            then = "datetime('now'), expires_at = datetime('now', '+30 days')"
        self.rows(f"UPDATE accounts_session SET last_used_at = {then}")

    def undo(self) -> None:
        """Takes back what the writers said, so that everybody writes into the same data."""
        written = (
            f"SELECT movie_id FROM movies_rating WHERE user_id > {self.last_reader} "
            f"UNION SELECT movie_id FROM movies_like WHERE user_id > {self.last_reader} "
            f"UNION SELECT movie_id FROM movies_comment WHERE user_id > {self.last_reader}"
        )
        counted = ", ".join(
            f"{name} = (SELECT {tally} AS t WHERE t.movie_id = s.movie_id)" for name, tally in TALLIES.items()
        )
        self.rows("BEGIN" if self.vendor == "postgresql" else "BEGIN IMMEDIATE")
        self.rows(f"CREATE TEMP TABLE touched AS {written}")
        for table in SAID:
            self.rows(f"DELETE FROM {table} WHERE user_id > {self.last_reader}")
        self.rows(f"UPDATE movies_moviestats AS s SET {counted} WHERE movie_id IN (SELECT movie_id FROM touched)")
        level = f"(SELECT {POPULARITY} FROM movies_moviestats AS s WHERE s.movie_id = p.movie_id)"
        of_touched = "movie_id IN (SELECT movie_id FROM touched)"
        self.rows(
            f"UPDATE movies_searchposting AS p SET popularity = {level} WHERE {of_touched} AND popularity <> {level}"
        )
        self.rows("DROP TABLE touched")
        if self.rows(f"SELECT 1 FROM movies_movie WHERE id > {self.size} LIMIT 1"):
            for statement in take_out_movies(self.size):
                self.rows(statement)
        self.rows("COMMIT")
        if self.vendor == "postgresql":
            for table in ("movies_moviestats", *SAID, "movies_searchposting"):
                self.rows(f"VACUUM {table}")

    def wrong_counts(self, movie_ids: list[int]) -> list[tuple[Any, ...]]:
        """Movies among these whose kept counts are not those of the tables."""
        wrong = " OR ".join(
            f"{name} <> (SELECT {tally} AS t WHERE t.movie_id = s.movie_id)" for name, tally in TALLIES.items()
        )
        ids = ", ".join(map(str, movie_ids))
        return self.rows(f"SELECT movie_id FROM movies_moviestats AS s WHERE movie_id IN ({ids}) AND ({wrong})")

    def counts(self, movie_ids: list[int]) -> list[tuple[Any, ...]]:
        """Of these movies: id, sum of half stars, and how many ratings, likes and comments."""
        ids = ", ".join(map(str, movie_ids))
        columns = "movie_id, ratings_sum, ratings_count, likes_count, comments_count"
        return self.rows(f"SELECT {columns} FROM movies_moviestats WHERE movie_id IN ({ids}) ORDER BY movie_id")
