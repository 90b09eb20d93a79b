"""The data set of the benchmark: made by the database itself, the same on PostgreSQL and on SQLite.

DATABASE_URL=… python -m benchmarks.dataset 10000
"""

import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def stamp() -> str:
    """Names the version of the generator and of the migrations: a kept data set of another one is no longer used."""
    sources = sorted(Path(__file__).parent.glob("*.py")) + sorted(ROOT.glob("*/migrations/*.py"))
    digest = hashlib.sha256()
    for source in sources:
        digest.update(str(source.relative_to(ROOT)).encode() + source.read_bytes())
    return digest.hexdigest()[:8]
