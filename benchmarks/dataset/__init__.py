"""The data set of the benchmark: made by the database itself, the same on PostgreSQL and on SQLite.

DATABASE_URL=… python -m benchmarks.dataset 10000
"""

import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def stamp(root: Path = ROOT) -> str:
    """Names the version of a checkout's generator and migrations: a kept data set of another one is no longer used."""
    sources = sorted(root.glob("benchmarks/dataset/*.py")) + sorted(root.glob("*/migrations/*.py"))
    digest = hashlib.sha256()
    for source in sources:
        digest.update(str(source.relative_to(root)).encode() + source.read_bytes())
    return digest.hexdigest()[:8]
