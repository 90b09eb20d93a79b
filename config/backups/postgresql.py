"""The database of a backup on PostgreSQL: what pg_dump writes and pg_restore reads."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

from config.backups import Refused
from config.backups.archive import Advance

# Where packages put the programs of each version.
INSTALLED = ["usr/lib/postgresql/*/bin", "usr/pgsql-*/bin"]
LOCK = 7_735_391_106  # any number: one host at a time dumps this database
LOOKS_SECONDS = 0.2
# What libpq is told by the environment, beside what Django puts there. A password is never among the arguments.
FURTHER_OPTIONS = {
    "options": "PGOPTIONS",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "channel_binding": "PGCHANNELBINDING",
    "gssencmode": "PGGSSENCMODE",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "sslcrl": "PGSSLCRL",
}
# Everything in the database but what is the server's own, or an extension's.
OURS = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""
FUNCTIONS = "SELECT oid::regprocedure::text FROM pg_proc WHERE proname LIKE 'marquee\\_%'"


def folder() -> Path:
    return Path(settings.VAR_DIR)


def major() -> int:
    """The server's version: 15."""
    return server_version() // 10000


def server_version() -> int:
    """150004 for 15.4."""
    connection.ensure_connection()
    return int(cast(Any, connection).pg_version)


def about() -> dict[str, Any]:
    version = server_version()
    return {"vendor": "postgresql", "version": f"{version // 10000}.{version % 10000}", "tool": tool("pg_dump")[0]}


def size() -> int:
    """Bytes, with indexes, which a dump does not have."""
    return int(rows("SELECT pg_database_size(current_database())")[0][0])


def rows(statement: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall()) if cursor.description else []


def tool(name: str, at_least: int | None = None) -> tuple[int, str]:
    """Version and path of pg_dump or pg_restore: the oldest that is new enough. Raises Refused where none is."""
    at_least = major() if at_least is None else at_least
    found = [shutil.which(name), *(str(path) for where in INSTALLED for path in Path("/").glob(f"{where}/{name}"))]
    versions = sorted({(version_of(path), path) for path in found if path})
    for version, path in versions:
        if version >= at_least:
            return version, path
    has = f"the newest here is {versions[-1][0]}" if versions else "there is none here"
    raise Refused(
        f"PostgreSQL's {name} {at_least} or newer is needed, and {has}: install the client programs of PostgreSQL "
        f"{at_least} (Debian: apt-get install postgresql-client-{at_least})."
    )


def version_of(path: str) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, timeout=10)  # noqa: S603
    found = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    return int(found[1]) if found else 0


def wait_for_turn() -> bool:
    """Whether no other host dumps this database; then none will, until the transaction ends."""
    rows("SET LOCAL statement_timeout = 0")
    rows("SET LOCAL idle_in_transaction_session_timeout = 0")
    return bool(rows("SELECT pg_try_advisory_xact_lock(%s)", LOCK)[0][0])


def dump(target: Path, advance: Advance) -> None:
    """Dumps the database as the snapshot shows it, in which this is called."""
    [(snapshot,)] = rows("SELECT pg_export_snapshot()")
    _, program = tool("pg_dump")
    options = ["--format=custom", "--compress=0", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    done = 0

    def watch() -> None:
        nonlocal done
        size = target.stat().st_size if target.exists() else 0
        advance(size - done)
        done = size

    run(program, [*options, f"--file={target}"], watch)


def check_dump(target: Path) -> None:
    """Raises Refused where pg_restore cannot read it."""
    _, program = tool("pg_restore")
    done = subprocess.run([program, "--list", target], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise Refused(f"pg_dump wrote what pg_restore cannot read: {last_line(done.stderr)}")


def require_tool(made_with: dict[str, Any]) -> None:
    """Raises Refused where no pg_restore can read what that pg_dump wrote."""
    tool("pg_restore", int(made_with["tool"]))


def objection() -> str:
    """Why nothing can be put here; nothing where the database is empty."""
    tables, functions = rows(OURS), rows(FUNCTIONS)
    if not tables and not functions:
        return ""
    what = f"{len(tables)} tables" if tables else "functions of Marquee"
    name = connection.settings_dict["NAME"]
    return f"The database {name} has {what} already. Name an empty one in DATABASE_URL: createdb makes one."


def load(source: Path) -> None:
    """All or nothing, in one transaction."""
    _, program = tool("pg_restore", archive_version(source))
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-comments"]
    connection.close()
    run(program, [*options, str(source)])


def archive_version(source: Path) -> int:
    """The version of the pg_dump that wrote it. Any pg_restore can tell, or says that the file is too new for it."""
    _, program = tool("pg_restore", 0)
    listed = subprocess.run([program, "--list", source], capture_output=True, text=True, check=False)  # noqa: S603
    found = re.search(r"Dumped by pg_dump version: (\d+)", listed.stdout)
    return int(found[1]) if found else major()


def clear() -> None:
    """Leaves no table and none of our functions."""
    for (table,) in rows(OURS):
        rows(f"DROP TABLE IF EXISTS {table} CASCADE")
    for (function,) in rows(FUNCTIONS):
        rows(f"DROP FUNCTION IF EXISTS {function}")


def after_load() -> None:
    """Lets the planner know what is there."""
    rows("ANALYZE")


def run(program: str, options: list[str], watch: Callable[[], None] = lambda: None) -> None:
    """Runs one of PostgreSQL's programs on this database, and ends it with us. Raises Refused with what it says."""
    where, environment = connection_of(connection.settings_dict)
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603
            [program, "--no-password", *where, *options],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        try:
            status = wait(process, watch)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        said.seek(0)
        if status:
            raise Refused(f"{Path(program).name} failed: {last_line(said.read().decode(errors='replace'))}")


def wait(process: "subprocess.Popen[bytes]", watch: Callable[[], None]) -> int:
    while True:
        try:
            return process.wait(LOOKS_SECONDS)
        except subprocess.TimeoutExpired:
            watch()


def connection_of(database: dict[str, Any]) -> tuple[list[str], dict[str, str]]:
    """Arguments and environment by which PostgreSQL's programs connect. Passwords are in the environment."""
    arguments, environment = DatabaseClient.settings_to_cmd_args_env({**database, "NAME": "-"}, [])
    options = database.get("OPTIONS") or {}
    further = {name: str(options[key]) for key, name in FURTHER_OPTIONS.items() if key in options}
    return [*arguments[1:-1], f"--dbname={database['NAME']}"], {**(environment or {}), **further}


def last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line]
    return lines[-1] if lines else "it did not say why."
