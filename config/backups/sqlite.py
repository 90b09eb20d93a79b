"""The database of a backup on SQLite: a copy of its file."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from django.db import connection

from config.backups import Refused
from config.backups.archive import Advance
from config.backups.folder import write_through
from rest.private_files import FILES_OF_DATABASE

PAGES = 1024  # copied at a time, between two looks at whether somebody wants to stop


def path() -> Path:
    return Path(connection.settings_dict["NAME"])


def folder() -> Path:
    """Where files are put before they take their place, because they are only renamed then."""
    return path().parent


def about() -> dict[str, Any]:
    return {"vendor": "sqlite", "version": sqlite3.sqlite_version, "tool": sqlite3.sqlite_version_info[0]}


def size() -> int:
    """Bytes."""
    return sum(each.stat().st_size for each in files() if each.exists())


def files() -> Iterator[Path]:
    for ending in FILES_OF_DATABASE:
        yield Path(f"{path()}{ending}")


def wait_for_turn() -> bool:
    """Whether it is ours: the folder of backups has been locked already, and no other host has this database."""
    return True


def dump(target: Path, advance: Advance) -> None:
    """Copies the database as the snapshot shows it, in which this is called.

    The snapshot's transaction is open all the time. So a write by others does not begin the copy anew, as it would
    between the steps of a copy without one; and since nobody waits for a reader in WAL mode, it holds up no write.
    """
    connection.ensure_connection()
    source = connection.connection
    [(page,)] = source.execute("PRAGMA page_size").fetchall()
    done = 0

    def tell(status: int, remaining: int, total: int) -> None:
        nonlocal done
        advance((total - remaining) * page - done)
        done = (total - remaining) * page

    with connection.wrap_database_errors, closing(sqlite3.connect(target)) as copy:
        source.backup(copy, pages=PAGES, progress=tell)


def check_dump(target: Path) -> None:
    """Raises Refused where the copy is no whole database. It becomes a single file."""
    with closing(sqlite3.connect(target)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")
        found = [text for (text,) in copy.execute("PRAGMA integrity_check(10)")]
    if found != ["ok"]:
        raise Refused(f"The database is damaged, and so would be its backup: {'; '.join(found)}")


def require_tool(made_with: dict[str, Any]) -> None:
    """SQLite is a part of Python."""


def objection() -> str:
    """Why nothing can be put here; nothing where the database is empty."""
    if not path().exists() or not path().stat().st_size:
        return ""
    try:
        with closing(sqlite3.connect(path())) as found:
            [(tables,)] = found.execute("SELECT COUNT(*) FROM sqlite_master")
    except sqlite3.Error as error:
        return f"There is something in {path()} that is no database ({error}). Move it away."
    if not tables:
        return ""
    return f"There is a database in {path()} already. Move it away, or name another one in DATABASE_URL."


def load(source: Path) -> None:
    connection.close()
    clear()
    path().parent.mkdir(parents=True, exist_ok=True)
    os.replace(source, path())
    write_through(path().parent)


def clear() -> None:
    """Leaves no database."""
    connection.close()
    for each in files():
        with suppress(FileNotFoundError):
            each.unlink()


def after_load() -> None:
    """What the planner knows came with the file."""
