"""Locks that are no row's. On SQLite there are none, because one transaction writes at a time."""

from rest.database.statements import is_postgresql, rows_of


def wait_for_turn(number: int, *, shared: bool = False) -> None:
    """Holds PostgreSQL's advisory lock of that number until the transaction ends. Shared ones are held together."""
    if is_postgresql():
        rows_of(f"SELECT pg_advisory_xact_lock{'_shared' if shared else ''}(%s)", [number])
