"""How fast a catalogue is imported, against what the database alone needs for the very same rows.

ROWS=100000 DATABASES="postgres sqlite" python -m benchmarks.import_rate

The bare load is COPY on PostgreSQL and executemany on SQLite, table by table, of every row that the import made, with
the indexes and foreign keys in place; the better of two. DATABASE_URL names an empty PostgreSQL to use; without it a
throwaway cluster is started. The rate is in movies a second.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from random import Random

import orjson
import psycopg2

from benchmarks.dataset.words import BEGINNINGS, COMMON, ENDS, FIRST_NAMES, GENRES, MIDDLES
from benchmarks.postgres import Cluster
from benchmarks.processes import ROOT

ROWS = int(os.environ.get("ROWS", "100000"))
DATABASES = os.environ.get("DATABASES", "postgres sqlite").split()
SEED = 1895
CHUNK = 10_000  # rows of the file that are made at a time
DESCRIPTION = 200  # characters
MOVIES_OF_A_DIRECTOR = 20  # on average
ATTEMPTS = 2  # of the bare load
# Those that an import fills, each after those that it refers to.
TABLES = ["director", "genre", "movie", "moviestats", "moviedirector", "moviegenre", "searchword", "searchspelling", "searchposting", "tally"]  # fmt: skip


RARE = [begin + middle + end for end in ENDS for middle in MIDDLES for begin in BEGINNINGS]
VOCABULARY = list(dict.fromkeys([*COMMON, *RARE]))
# Of each word and those before it: the second is half as frequent as the first, the third a third.
FREQUENCIES = list(accumulate(1 / rank for rank in range(1, len(VOCABULARY) + 1)))


# --- The file -------------------------------------------------------------------------------------------------------


def write_file(path: Path, rows: int) -> None:
    random = Random(SEED)
    with path.open("wb") as file:
        for start in range(0, rows, CHUNK):
            file.writelines(orjson.dumps(row) + b"\n" for row in movies(random, min(CHUNK, rows - start), rows))


def movies(random: Random, count: int, rows: int) -> Iterator[dict[str, object]]:
    """`count` of `rows` movies. Frequent words, directors and genres are far more frequent than the others."""
    titles = (random.choices(VOCABULARY, cum_weights=FREQUENCIES, k=5) for _ in range(count))
    texts = (random.choices(VOCABULARY, cum_weights=FREQUENCIES, k=DESCRIPTION // 3) for _ in range(count))
    for title, text in zip(titles, texts, strict=True):
        director = int(random.random() * random.random() * rows / MOVIES_OF_A_DIRECTOR)
        surname = VOCABULARY[len(COMMON) + director // len(FIRST_NAMES)]
        yield {
            "title": " ".join(title[: random.choices((1, 2, 3, 4, 5), (2, 7, 6, 3, 2))[0]]).title(),
            "year": 2025 - int(random.random() * random.random() * 106),
            "genres": random.choices(GENRES, range(len(GENRES), 0, -1), k=random.randint(1, 3)),
            "directors": [f"{FIRST_NAMES[director % len(FIRST_NAMES)]} {surname.title()}"],
            "duration": random.randint(45, 195),
            "description": " ".join(text)[:DESCRIPTION],
        }


# --- The import -----------------------------------------------------------------------------------------------------


def manage(*arguments: str, url: str, folder: Path) -> tuple[float, float, float]:
    """Runs a command of manage.py: its seconds, those of them on a processor, and its peak memory in MB."""
    environment = {**os.environ, "DATABASE_URL": url, "VAR_DIR": str(folder), "PGOPTIONS": "-c statement_timeout=0"}
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        raise SystemExit(f"manage.py {arguments[0]} failed.")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def measure(name: str, url: str, file: Path, folder: Path, bare: Callable[[str, Path], float]) -> None:
    manage("migrate", "--verbosity=0", url=url, folder=folder)
    seconds, cpu, memory = manage("import_movies", str(file), "--verbosity=0", url=url, folder=folder)
    least = min(bare(url, folder) for _ in range(ATTEMPTS))
    print(
        f"{name:10} {ROWS:10,} movies | bare load {ROWS / least:8,.0f}/s | import_movies {ROWS / seconds:8,.0f}/s "
        f"| ratio {least / seconds:.2f} | {cpu / seconds:.0%} of a processor, peak {memory:.0f} MB",
        flush=True,
    )


# --- The bare load --------------------------------------------------------------------------------------------------


def bare_copy(url: str, folder: Path) -> float:
    """The seconds of COPY, of all tables one after another, each with its commit."""
    connection = psycopg2.connect(url, options="-c statement_timeout=0")
    connection.autocommit = True
    cursor, seconds = connection.cursor(), 0.0
    columns = {table: columns_of(cursor, table) for table in TABLES}
    for table in TABLES:
        with (folder / table).open("wb") as file:
            cursor.copy_expert(f"COPY movies_{table} ({columns[table]}) TO STDOUT", file)
    cursor.execute(f"TRUNCATE {', '.join(f'movies_{table}' for table in TABLES)} CASCADE")
    cursor.execute("CHECKPOINT")
    for table in TABLES:
        with (folder / table).open("rb") as file:
            start = time.perf_counter()
            cursor.copy_expert(f"COPY movies_{table} ({columns[table]}) FROM STDIN", file, size=1 << 20)
            seconds += time.perf_counter() - start
        (folder / table).unlink()
        # Else the plans of the foreign keys may be made of what autovacuum has seen halfway, which is an empty table.
        cursor.execute(f"ANALYZE movies_{table}")
    connection.close()
    return seconds


def columns_of(cursor: "psycopg2.extensions.cursor", table: str) -> str:
    """The columns that are stored as given, not generated from others."""
    cursor.execute(
        "SELECT string_agg(column_name, ', ' ORDER BY ordinal_position) FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND table_name = %s AND is_generated = 'NEVER'",
        [f"movies_{table}"],
    )
    [(names,)] = cursor.fetchall()
    return str(names)


def bare_executemany(url: str, folder: Path) -> float:
    """The seconds of executemany, of all tables one after another, each in a transaction."""
    path, source = url.removeprefix("sqlite:///"), folder / "source.sqlite3"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("VACUUM INTO ?", [str(source)])
    connection.execute("PRAGMA foreign_keys = OFF")
    for table in reversed(TABLES):
        connection.execute(f"DELETE FROM movies_{table}")
    connection.execute("VACUUM")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cache_size = -32768")
    kept, seconds = sqlite3.connect(source), 0.0
    for table in TABLES:
        stored = [row[1] for row in connection.execute(f"PRAGMA table_info(movies_{table})")]  # without the generated
        rows = kept.execute(f"SELECT {', '.join(stored)} FROM movies_{table}")
        marks = ", ".join("?" * len(stored))
        start = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO movies_{table} ({', '.join(stored)}) VALUES ({marks})", rows)
        connection.execute("COMMIT")
        seconds += time.perf_counter() - start
    kept.close()
    connection.close()
    source.unlink()
    return seconds


# --- The run --------------------------------------------------------------------------------------------------------


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """The URL of an empty PostgreSQL."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    cluster = Cluster(folder / "cluster")
    cluster.start()
    try:
        yield cluster.url("postgres")
    finally:
        cluster.stop()


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="marquee-import-"))
    folder.chmod(0o755)  # the server's own user passes through
    try:
        file = folder / "movies.ndjson"
        write_file(file, ROWS)
        if "postgres" in DATABASES:
            with postgres(folder) as url:
                measure("PostgreSQL", url, file, folder, bare_copy)
        if "sqlite" in DATABASES:
            measure("SQLite", f"sqlite:///{folder / 'movies.sqlite3'}", file, folder, bare_executemany)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
