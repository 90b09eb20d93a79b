"""What a backup says of itself: manifest.json, its last member.

{"format": 1, "marquee": "0.1.0", "taken_at": "2026-11-29T16:50:20.123Z", "host": "films",
 "database": {"vendor": "postgresql", "version": "15.4", "tool": 15},
 "migrations": ["accounts.0001_accounts_and_sessions", …],
 "counts": {"movies_movie": 36000, …},                         rows of every table, at that moment
 "counter": {"source": "2f0c…", "counted": 81234} or null,     of this host's counter file, a moment later
 "secret_key": "5a0f…",                                        a fingerprint; the key itself is not in a backup
 "missing_covers": [],                                         that movies name, and that were gone before
 "files": {"database.dump": {"sha256": "9b1c…", "bytes": 73400}, …}}
"""

import json
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.crypto import salted_hmac

from config import __version__
from config.backups import Refused
from config.backups.archive import COVER, MANIFEST, Facts
from metrics.models import Installation
from metrics.slots import DamagedFile, peek

FORMAT = 1
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}  # vendor → member


@dataclass(frozen=True)
class Manifest:
    """The fields are those above."""

    taken_at: str
    database: dict[str, Any]
    migrations: list[str]
    counts: dict[str, int]
    counter: dict[str, Any] | None
    secret_key: str
    missing_covers: list[str]
    files: dict[str, Facts]
    host: str = field(default_factory=lambda: socket.gethostname()[:255])
    marquee: str = __version__
    format: int = FORMAT

    @property
    def member(self) -> str:
        """The database's."""
        return DATABASES[self.database["vendor"]]

    @property
    def covers(self) -> list[str]:
        return [name for name in self.files if name != self.member]

    def as_text(self) -> str:
        files = {name: facts._asdict() for name, facts in self.files.items()}
        return json.dumps({**asdict(self), "files": files}, indent=1)


def parsed(content: bytes) -> Manifest:
    """Raises Refused for anything that this version would not have written."""
    try:
        said = json.loads(content)
        if said["format"] != FORMAT:
            raise Refused(
                f"The backup has format {said['format']!r}, and this version of Marquee ({__version__}) reads format "
                f"{FORMAT}: it was made by Marquee {said.get('marquee')}."
            )
        files = {name: Facts(str(about["sha256"]), int(about["bytes"])) for name, about in said.pop("files").items()}
        manifest = Manifest(**said, files=files)
        check(manifest)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"The backup's {MANIFEST} cannot be understood: {error!r}") from error
    return manifest


def check(manifest: Manifest) -> None:
    """Raises what `parsed` catches."""
    datetime.fromisoformat(manifest.taken_at)
    if manifest.member not in manifest.files:
        raise ValueError(f"no {manifest.member}")
    for name in manifest.covers:
        if not COVER.fullmatch(name):
            raise ValueError(f"a file {name!r}")
    if not all(isinstance(count, int) for count in manifest.counts.values()):
        raise ValueError("counts that are none")
    if manifest.counter is not None and UUID(manifest.counter["source"]) and int(manifest.counter["counted"]) < 0:
        raise ValueError("a counter below 0")


# --- What it says -----------------------------------------------------------------------------------------------------


def row_counts() -> dict[str, int]:
    """Rows of every table."""
    counts = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if not table.startswith("sqlite_"):
                name = connection.ops.quote_name(table)
                cursor.execute(f"SELECT COUNT(*) FROM {name}")  # noqa: S608  # a table's own name
                counts[table] = int(cursor.fetchone()[0])
    return counts


def applied_migrations() -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def unknown_migrations(names: list[str]) -> list[str]:
    """Those that this code does not have: a newer release's."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    return [name for name in names if name not in known]


def counter_of_this_host() -> dict[str, Any] | None:
    """What this host's counter file holds; None where there is none, or it is damaged, as the server's log then says.

    It is read after the database, of which it is never behind. Not to be called by a server: `metrics.slots.peek`.
    """
    path = Path(settings.COUNTER_DIR) / f"requests-{Installation.objects.identity()}.counter"
    try:
        source, counted = peek(path)
    except (FileNotFoundError, DamagedFile):
        return None
    return {"source": str(source), "counted": counted}


def fingerprint(taken_at: str) -> str:
    """Tells whether two installations have the same SECRET_KEY, and nothing else about it."""
    return salted_hmac("config.backups", taken_at, algorithm="sha256").hexdigest()[:32]


def differing_counts(wanted: Mapping[str, int], found: Mapping[str, int]) -> list[str]:
    """Each table whose rows are not as many as they should be, as a sentence."""
    return [
        f"{table} has {found.get(table, 0):,} rows instead of {wanted.get(table, 0):,}"
        for table in sorted({*wanted, *found})
        if wanted.get(table) != found.get(table)
    ]
