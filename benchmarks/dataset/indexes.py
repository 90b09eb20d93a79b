"""Dropping the indexes of the tables before they are filled, and building them afterwards in one go each.

Read from the database's own catalogue, so that an index that a later migration adds is treated alike.
"""

from typing import Any

TABLES = [
    "accounts_user",
    "movies_director",
    "movies_genre",
    "movies_movie",
    "movies_moviedirector",
    "movies_moviegenre",
    "movies_moviestats",
    "movies_rating",
    "movies_like",
    "movies_favorite",
    "movies_comment",
    "movies_searchword",
    "movies_searchspelling",
    "movies_searchposting",
    "movies_tally",
]
NAMES = ", ".join(f"'{table}'" for table in TABLES)

Statement = tuple[str, str]  # (drop, create)


def droppable(cursor: Any, vendor: str) -> list[Statement]:
    """What can be dropped, in the order in which it has to be."""
    return from_postgresql(cursor) if vendor == "postgresql" else from_sqlite(cursor)


def from_postgresql(cursor: Any) -> list[Statement]:
    """Foreign keys, then unique constraints, then indexes. Primary keys stay: they are needed while loading."""
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype IN "
        f"('f', 'u') AND conrelid::regclass::text IN ({NAMES}) ORDER BY contype, conname"
    )
    constraints = [
        (f'ALTER TABLE {table} DROP CONSTRAINT "{name}"', f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        for table, name, definition in cursor.fetchall()
    ]
    cursor.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index AS i WHERE "
        f"i.indrelid::regclass::text IN ({NAMES}) AND NOT EXISTS "
        "(SELECT 1 FROM pg_constraint AS c WHERE c.conindid = i.indexrelid) ORDER BY 1"
    )
    return constraints + [(f"DROP INDEX {name}", definition) for name, definition in cursor.fetchall()]


def from_sqlite(cursor: Any) -> list[Statement]:
    """Indexes; what belongs to a constraint is part of the table's definition there."""
    cursor.execute(
        f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({NAMES}) ORDER BY 1"
    )
    return [(f'DROP INDEX "{name}"', definition) for name, definition in cursor.fetchall()]


def restart_ids(cursor: Any, vendor: str) -> None:
    """New rows get ids after ours. SQLite sees to that itself."""
    if vendor != "postgresql":
        return
    for table in TABLES:
        if table != "movies_moviestats":
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT COALESCE(MAX(id), 1) FROM {table}))"
            )
